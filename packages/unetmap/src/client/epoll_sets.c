// SPDX-License-Identifier: BSD-2-Clause
#include "client/epoll_sets.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/eventfd.h>

#include "client/real.h"
#include "core/sys.h"

enum { MAX_MEMBERS = 1024, NOTHING_SEEN = -1, NO_WAKER = -1 };
enum { YIELDS = 1000, YIELD_STEP_US = 20, LONGEST_YIELD_US = 1000 };

// What wakes has this for its data, which no program has for its own.
static const uint64_t waker_mark = 0x756e65746d617021;

struct set {
	uint16_t fds;	   // descriptors that are it; 0 = free
	int waker;	   // an eventfd in the kernel's set, or NO_WAKER
	uint32_t forgiven; // who came with a ticket before this one is not counted any more
	uint64_t waiting;  // a crowd, changed in one go
};

//	63       ticket       32 31   woken   16 15  arrived   0
//
// The ticket tells how often the set was woken. `arrived` came since the last time; `woken` came before and have
// not left yet, and for their sake the waker stays.
enum { COUNT_BITS = 16, TICKET_SHIFT = 32 };

static const uint64_t one_arrived = 1, one_woken = 1 << COUNT_BITS;

uint16_t epoll_set_at[MAX_FDS];
uint16_t epoll_set_members[MAX_EPOLL_SETS];

// All sets of the process together: netmap programs have one set and few descriptors.
static struct set sets[MAX_EPOLL_SETS];
static int set_high; // no more than so many were ever there at once
static struct {
	int set;
	struct epoll_member member;
} entries[MAX_MEMBERS];
static int entry_count;
static pthread_mutex_t sets_lock = PTHREAD_MUTEX_INITIALIZER;

// ---- members ----

// What may be asked for together with EPOLLEXCLUSIVE, which is for good: such a member is never changed.
static const uint32_t exclusive_events = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

static int is_refused(int op, const struct epoll_event *event)
{
	if (op == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return 0;
	return op == EPOLL_CTL_MOD || event->events & ~exclusive_events;
}

// fd_desc has several numbers for "none".
static int desc_behind(int fd)
{
	return fd_desc(fd) < 0 ? -1 : fd_desc(fd);
}

static int is_same_file(const struct epoll_member *m, int desc, int inner)
{
	return m->desc == desc && m->inner == inner;
}

static int find(int set, int fd, int desc, int inner)
{
	for (int i = 0; i < entry_count; i++)
		if (entries[i].set == set && entries[i].member.fd == fd && is_same_file(&entries[i].member, desc, inner))
			return i;
	return -ENOENT;
}

static int find_fd(int set, int fd)
{
	return find(set, fd, desc_behind(fd), epoll_set(fd));
}

static void arm(int i, const struct epoll_event *event)
{
	entries[i].member.asked = *event;
	entries[i].member.spent = 0;
	entries[i].member.seen[0] = entries[i].member.seen[1] = NOTHING_SEEN;
}

static int add(int set, int fd, const struct epoll_event *event)
{
	if (find_fd(set, fd) >= 0)
		return -EEXIST;
	if (entry_count == MAX_MEMBERS)
		return -ENOSPC;
	// Closed by somebody else meanwhile.
	if (desc_behind(fd) < 0 && epoll_set(fd) < 0)
		return -EBADF;
	entries[entry_count].set = set;
	entries[entry_count].member.fd = entries[entry_count].member.through = fd;
	entries[entry_count].member.desc = desc_behind(fd);
	entries[entry_count].member.inner = epoll_set(fd);
	arm(entry_count++, event);
	publish(&epoll_set_members[set], epoll_set_members[set] + 1);
	return 0;
}

static void remove_at(int i)
{
	const int set = entries[i].set;

	entries[i] = entries[--entry_count];
	publish(&epoll_set_members[set], epoll_set_members[set] - 1);
}

static int change(int set, int op, int fd, const struct epoll_event *event)
{
	int at = find_fd(set, fd);

	if (at < 0)
		return at;
	if (op == EPOLL_CTL_DEL)
		remove_at(at);
	else if (entries[at].member.asked.events & EPOLLEXCLUSIVE)
		return -EINVAL;
	else
		arm(at, event);
	return 0;
}

// ---- sets ----

// Whoever is counted was in another set of this number, or a thread of the parent.
static void forgive_all(struct set *s)
{
	const uint32_t ticket = (observe(&s->waiting) >> TICKET_SHIFT) + 1;

	publish(&s->forgiven, ticket);
	publish(&s->waiting, (uint64_t)ticket << TICKET_SHIFT);
}

static int make_set(int fd)
{
	for (int set = 0; set < MAX_EPOLL_SETS; set++) {
		if (sets[set].fds)
			continue;
		sets[set].fds = 1;
		sets[set].waker = NO_WAKER;
		forgive_all(&sets[set]);
		scribble(&epoll_set_at[fd], set + 1);
		if (set_high <= set)
			set_high = set + 1;
		return set;
	}
	return -ENOSPC;
}

static void take_waker_away(struct set *s, int epfd)
{
	if (s->waker == NO_WAKER)
		return;
	REAL(epoll_ctl)(epfd, EPOLL_CTL_DEL, s->waker, NULL);
	sys_close(s->waker);
	s->waker = NO_WAKER;
}

static void drop_fd(int fd)
{
	const int set = epoll_set(fd);

	if (set < 0)
		return;
	scribble(&epoll_set_at[fd], 0);
	if (--sets[set].fds)
		return;
	take_waker_away(&sets[set], fd);
	for (int i = entry_count - 1; i >= 0; i--)
		if (entries[i].set == set)
			remove_at(i);
}

void epoll_sets_made(int fd)
{
	if ((unsigned)fd >= MAX_FDS)
		return;
	pthread_mutex_lock(&sets_lock);
	drop_fd(fd);
	make_set(fd);
	pthread_mutex_unlock(&sets_lock);
}

void epoll_sets_copied(int fd, int copy)
{
	if (epoll_set(fd) < 0 || (unsigned)copy >= MAX_FDS)
		return;
	pthread_mutex_lock(&sets_lock);
	if (epoll_set(fd) >= 0 && epoll_set(copy) != epoll_set(fd)) {
		drop_fd(copy);
		scribble(&epoll_set_at[copy], epoll_set(fd) + 1);
		sets[epoll_set(fd)].fds++;
	}
	pthread_mutex_unlock(&sets_lock);
}

// ---- waiting and waking ----

static uint32_t ticket_of(uint64_t crowd)
{
	return crowd >> TICKET_SHIFT;
}

static uint16_t arrived_in(uint64_t crowd)
{
	return crowd;
}

static uint16_t woken_in(uint64_t crowd)
{
	return crowd >> COUNT_BITS;
}

static uint64_t crowd_of(uint32_t ticket, uint16_t woken, uint16_t arrived)
{
	return (uint64_t)ticket << TICKET_SHIFT | (uint64_t)woken << COUNT_BITS | arrived;
}

uint32_t epoll_sets_enter(int set)
{
	return ticket_of(add_fetch(&sets[set].waiting, one_arrived));
}

static uint64_t with_all_woken(uint64_t crowd)
{
	return crowd_of(ticket_of(crowd) + 1, woken_in(crowd) + arrived_in(crowd), 0);
}

// Whether anybody is to see the waker.
static int count_wake(struct set *s)
{
	uint64_t crowd = observe(&s->waiting);

	while (arrived_in(crowd) && !swap_if(&s->waiting, &crowd, with_all_woken(crowd)))
		;
	return woken_in(observe(&s->waiting)) != 0;
}

// Who enters from here on finds the members as they are now.
static void wake(struct set *s, int epfd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = waker_mark};

	if (!count_wake(s) || s->waker != NO_WAKER)
		return;
	s->waker = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->waker >= 0 && REAL(epoll_ctl)(epfd, EPOLL_CTL_ADD, s->waker, &event))
		take_waker_away(s, epfd);
}

// Out of the count that he is in by now; he may be in none, if that was begun anew since.
static uint64_t without_one(const struct set *s, uint64_t crowd, uint32_t ticket)
{
	if (ticket == ticket_of(crowd))
		return arrived_in(crowd) ? crowd - one_arrived : crowd;
	if ((int32_t)(ticket - observe(&s->forgiven)) < 0 || !woken_in(crowd))
		return crowd;
	return crowd - one_woken;
}

void epoll_sets_leave(int set, int epfd, uint32_t ticket)
{
	struct set *s = &sets[set];
	uint64_t crowd = observe(&s->waiting);

	while (!swap_if(&s->waiting, &crowd, without_one(s, crowd, ticket)))
		;
	if (ticket == ticket_of(crowd))
		return;
	pthread_mutex_lock(&sets_lock);
	if (!woken_in(observe(&s->waiting)))
		take_waker_away(s, epfd);
	pthread_mutex_unlock(&sets_lock);
}

int epoll_sets_sift(struct epoll_event *events, int count)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (events[i].data.u64 != waker_mark)
			events[left++] = events[i];
	return left;
}

// A thread that was cancelled in its wait never leaves.
static void forgive_woken(struct set *s)
{
	uint64_t crowd = observe(&s->waiting);

	publish(&s->forgiven, ticket_of(crowd));
	while (!swap_if(&s->waiting, &crowd, crowd_of(ticket_of(crowd), 0, arrived_in(crowd))))
		;
}

void epoll_sets_yield(int set, int epfd, int times)
{
	sys_nap(times < LONGEST_YIELD_US / YIELD_STEP_US ? times * YIELD_STEP_US : LONGEST_YIELD_US);
	if (times < YIELDS)
		return;
	pthread_mutex_lock(&sets_lock);
	forgive_woken(&sets[set]);
	take_waker_away(&sets[set], epfd);
	pthread_mutex_unlock(&sets_lock);
}

// ---- closing ----

static int number_of_set(int set)
{
	int fd = 0;

	while (fd < MAX_FDS - 1 && epoll_set(fd) != set)
		fd++;
	return fd;
}

static int other_number(int fd, int desc, int inner)
{
	for (int copy = 0; copy < MAX_FDS; copy++)
		if (copy != fd && (desc >= 0 ? fd_desc(copy) == desc : epoll_set(copy) == inner))
			return copy;
	return -1;
}

// Who sleeps in the set looks at the number that is left, which may be another file's by the time he wakes.
static void look_through(int i, int copy)
{
	const int set = entries[i].set;

	entries[i].member.through = copy;
	wake(&sets[set], number_of_set(set));
}

// The kernel keeps a file whose number was closed as long as there is a copy.
static void leave_number(int fd, int desc, int inner)
{
	int copy = -1;

	for (int i = entry_count - 1; i >= 0; i--) {
		struct epoll_member *m = &entries[i].member;

		if (m->through != fd || !is_same_file(m, desc, inner))
			continue;
		if (copy < 0)
			copy = other_number(fd, desc, inner);
		if (copy < 0)
			remove_at(i);
		else
			look_through(i, copy);
	}
}

void epoll_sets_forget(int fd, int desc)
{
	const int set = epoll_set(fd);

	if (set < 0 && (desc < 0 || !observe(&entry_count)))
		return;
	pthread_mutex_lock(&sets_lock);
	leave_number(fd, desc, set);
	drop_fd(fd);
	pthread_mutex_unlock(&sets_lock);
}

// ---- what programs ask ----

static int control(int epfd, int op, int fd, const struct epoll_event *event)
{
	int set = epoll_set(epfd), error;

	if (set < 0 && op == EPOLL_CTL_ADD)
		set = (unsigned)epfd < MAX_FDS ? make_set(epfd) : -ENOSPC;
	if (set < 0)
		return set == -ENOSPC ? set : -ENOENT;
	error = op == EPOLL_CTL_ADD ? add(set, fd, event) : change(set, op, fd, event);
	if (!error && op != EPOLL_CTL_DEL)
		wake(&sets[set], epfd);
	return error;
}

int epoll_sets_control(int epfd, int op, int fd, const struct epoll_event *event)
{
	int error;

	if (op != EPOLL_CTL_ADD && op != EPOLL_CTL_MOD && op != EPOLL_CTL_DEL)
		return -EINVAL;
	if (op != EPOLL_CTL_DEL && !event)
		return -EFAULT;
	if (is_refused(op, event))
		return -EINVAL;
	pthread_mutex_lock(&sets_lock);
	error = control(epfd, op, fd, event);
	pthread_mutex_unlock(&sets_lock);
	return error;
}

int epoll_sets_members(int set, struct epoll_member *members, int max)
{
	int count = 0;

	pthread_mutex_lock(&sets_lock);
	for (int i = 0; i < entry_count; i++) {
		if (entries[i].set != set || entries[i].member.spent)
			continue;
		if (count < max)
			members[count] = entries[i].member;
		count++;
	}
	pthread_mutex_unlock(&sets_lock);
	return count;
}

void epoll_sets_reported(int epfd, const struct epoll_member *member)
{
	int at;

	pthread_mutex_lock(&sets_lock);
	at = find(epoll_set(epfd), member->fd, member->desc, member->inner);
	if (at >= 0) {
		entries[at].member.seen[0] = member->seen[0];
		entries[at].member.seen[1] = member->seen[1];
		entries[at].member.spent = (member->asked.events & EPOLLONESHOT) != 0;
	}
	pthread_mutex_unlock(&sets_lock);
}

// ---- fork ----

void epoll_sets_before_fork(void)
{
	pthread_mutex_lock(&sets_lock);
}

void epoll_sets_after_fork(void)
{
	pthread_mutex_unlock(&sets_lock);
}

// Who waited were threads of the parent, and so is what wakes them.
void epoll_sets_after_fork_in_child(void)
{
	for (int set = 0; set < set_high; set++) {
		struct set *s = &sets[set];

		if (!s->fds)
			continue;
		forgive_all(s);
		if (s->waker != NO_WAKER)
			sys_close(s->waker);
		s->waker = NO_WAKER;
	}
	pthread_mutex_unlock(&sets_lock);
}
