// SPDX-License-Identifier: BSD-2-Clause
//
// What nmring --control reads: one command a line.
//
//	watch [PORT[/rx0]...]		look at these from now on
//	frames [PORT/rx0 FIRST COUNT]	with the beginnings of these slots' frames
//	hold PORT			stop its program at each sync
//	step				let it leave one stop
//	pace N				let it leave N stops a second; 0: none by itself
//	go				let it go
#ifndef NMRING_COMMANDS_H
#define NMRING_COMMANDS_H

#include "holding.h"
#include "look.h"

// Does what the line says, which it may cut into pieces. Returns 0, or -1 if it is no command.
int command_run(char *line, struct aims *aims, struct holding *holding, uint64_t now_us);

#endif
