# Rate and latency for each size of batch, first at a rate that the receiver could take, then as fast as possible.
for batch in 1 2 4 8 16 32 64 128 256 512; do
	./load -i 'netmap:lat{1' -n 20000 -r 100000 -b $batch
done
for batch in 1 2 4 8 16 32 64 128 256 512; do
	./load -i 'netmap:lat{1' -n 200000 -b $batch
done
