#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# In a container or a guest, as the attendee: builds what comes as a tar on stdin, lab 03's solution, has the language server
# read it, and sends it packets.
# The last line is what the program counted.
set -eu
cd /workspace
tar -x
export PATH=/opt/ringlab/bin:$PATH UNETMAP_DIR=/run/unetmap
export C_INCLUDE_PATH=/opt/ringlab/include LIBRARY_PATH=/opt/ringlab/lib
make --no-print-directory
clangd --check=sink.c --check-locations=0 > clangd.out 2>&1 || { cat clangd.out; exit 1; }

engine=kernel
if [ ! -c /dev/netmap ]; then
	engine=unetmap
	export LD_PRELOAD=/opt/ringlab/lib/libunetmap.so
fi
echo "engine $engine"
./sink -i vale0:sink -p 8000 > sink.out 2>&1 &
sink=$!
tries=0
until grep -q '^counting' sink.out; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { cat sink.out; exit 1; }
	sleep 0.1
done
pkt-gen -i vale0:gen -f tx -n 2000 -R 2000 -b 64 -d 10.1.0.1:8000 -S 02:00:00:00:00:01 > gen.out 2>&1 || { cat gen.out; exit 1; }
sleep 1
kill -INT $sink
wait $sink
grep '^counted' sink.out
