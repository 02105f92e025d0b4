/* Preloaded into a server: a wall clock that is wrong by the seconds in a file,
   and a kernel that hears of no time service. The count since boot stays true.
   Built with -DUNIT_NS=1000000 the file counts milliseconds, with -DSTATE=TIME_OK
   the kernel hears of one. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#ifndef UNIT_NS
#define UNIT_NS 1000000000LL
#endif
#ifndef STATE
#define STATE TIME_ERROR
#endif

static long long wrong_by(void)
{
    char text[32] = {0};
    int file = open(getenv("WRONG_BY_FILE"), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (read(file, text, sizeof text - 1) < 0)
        text[0] = 0;
    close(file);
    return atoll(text);
}

int clock_gettime(clockid_t clock, struct timespec *found)
{
    int failed = syscall(SYS_clock_gettime, clock, found);
    if (!failed && clock == CLOCK_REALTIME) {
        long long by = wrong_by(), unit = UNIT_NS;
        long long ns = found->tv_nsec + by % (1000000000LL / unit) * unit;
        found->tv_sec += by / (1000000000LL / unit) + (ns >= 1000000000LL) - (ns < 0);
        found->tv_nsec = (ns + 1000000000LL) % 1000000000LL;
    }
    return failed;
}

int gettimeofday(struct timeval *found, void *zone)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    found->tv_sec = now.tv_sec;
    found->tv_usec = now.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *found)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (found)
        *found = now.tv_sec;
    return now.tv_sec;
}

int adjtimex(struct timex *ignored)
{
    return STATE;
}
