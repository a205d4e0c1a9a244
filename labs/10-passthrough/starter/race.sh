# SPDX-License-Identifier: BSD-2-Clause
# Sends by one way after the other, so many seconds each: sh race.sh 4 netmap:eth0 vale0:vm1 'netmap:race}1'
seconds=$1
shift
for port in "$@"; do
	echo "$port"
	./send -i "$port" -t "$seconds"
	sleep 2
done
