// SPDX-License-Identifier: BSD-2-Clause
//
// Every ordering that the engine relies on, by name, with its counterpart. Nothing else in the
// engine names a memory order.
//
//   publish / observe   The writer fills slots and buffers, then publishes the index that covers
//                       them; whoever observes that index sees the slots and buffers.
//                       hwtail of a switch rx ring: senders publish, the receiver observes; for a
//                       batch in several steps, so that the receiver begins while it goes on.
//                       hwcur of any ring: its owner publishes, the other side observes.
//                       state of a descriptor, port or area, a descriptor's port, a port's users:
//                       control publishes, everybody observes.
//                       marks outside the rings (CSB): the program stores cur, then head, the loop
//                       observes head, then cur; the loop publishes hwcur, then hwtail, the program
//                       loads hwtail, then hwcur.
//   full_fence          Sleep and wake: the sleeper writes `armed`, fences, and looks for data a
//                       last time; the producer publishes data, fences, and looks at `wanted`.
//                       One of the two sees the other's write (doorbell.c).
//                       A sync loop raises kern_need_kick, fences, and reads head a last time; the
//                       program stores head, fences, and looks whether it is to kick.
//                       The same pairing keeps an area mapped while a sync uses it (area.h).
//   fence_after_swap    The same right behind add_fetch, swap or swap_if, which are such a fence by themselves on
//                       some processors.
//   read_fence          What a ring says of itself is read, then whether it was `made` anew since (sync.c); who makes
//                       it anew counts that first, and fences (port.c).
//   glance / scribble   A read that only steers (statistics, "is there anything to do"), and a write for
//   tally               it: they order nothing, but are never torn. tally adds to a counter that one
//                       at a time writes.
//   swap_if / swap      Who gets a word, and all that it guards: what one who had it wrote, the next one sees. They
//   add_fetch           release what came before and acquire what others released by the same word.
//                       robust_lock: swap_if takes the lock, swap with 0 lets go of it, the next swap_if sees.
//                       armed, wanted: put up by the sleeper, taken down by a producer unless it was put up again
//                       meanwhile (doorbell.c); sleepers are counted the same way, roughly.
//                       pins: a sync adds itself before it looks for a view, and who retires a view looks at pins
//                       after taking it off the list (area.h, area_map.c).
//                       A holder's steps, a module's rule, a card of a device's holder: one of several takes it.
//                       waiting in an epoll set: who comes adds himself and then looks at the members; who changes
//                       these does that first, and then marks the word for all who are counted in it (epoll_sets.c).
#ifndef UNETMAP_CORE_BARRIERS_H_
#define UNETMAP_CORE_BARRIERS_H_

#define publish(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define observe(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define glance(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define scribble(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define tally(p, n) scribble((p), glance(p) + (n))
#define read_fence() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define full_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define add_fetch(p, v) __atomic_add_fetch((p), (v), __ATOMIC_SEQ_CST)
#define swap(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define swap_if(p, expected, v) \
	__atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#if defined(__x86_64__) || defined(__i386__)
#define fence_after_swap() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define spin_pause() __builtin_ia32_pause()
#else
#define fence_after_swap() full_fence()
#define spin_pause() __asm__ volatile("" ::: "memory")
#endif

#endif
