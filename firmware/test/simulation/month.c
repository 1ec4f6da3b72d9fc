#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/** Thirty days with faults, then six hours without: whatever was measured has arrived, but for what is accounted for. */

static world w;

static int fail(const char *what)
{
    (void)fprintf(stderr, "FAILED: %s\n", what);
    return 1;
}

int main(int argc, char **argv)
{
    const uint64_t day_ms = UINT64_C(86400000);
    world_make(&w, argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1);
    world_run(&w, 30 * day_ms, true);
    memset(&w.faults, 0, sizeof w.faults);
    world_run(&w, day_ms / 4, false);
    const dy_queue *queue = &w.sensor.queue;
    uint32_t excused = w.excused + queue->dropped + queue->undatable + queue->damaged;
    uint32_t waiting = dy_queue_count(queue);
    uint32_t missing = w.measured - w.arrived_count;
    (void)printf("%u measured, %u arrived, %u repeated, %u missing of which %u wait and at most %u were given up; "
                 "%u power cuts, %u restarts by command, %llu steps\n",
                 (unsigned)w.measured, (unsigned)w.arrived_count, (unsigned)w.repeated, (unsigned)missing,
                 (unsigned)waiting, (unsigned)excused, (unsigned)w.power_cuts, (unsigned)w.restarts,
                 (unsigned long long)w.steps);
    if (w.measured < 30000) return fail("it measured less than the elements' faults explain");
    if (w.power_cuts == 0 || w.restarts == 0) return fail("the month had too few faults to show anything");
    if (w.restarts > w.commanded_restarts) return fail("it restarted by itself");
    if (!dy_sensor_is_online(&w.sensor)) return fail("it did not find its way back");
    if (waiting > 1) return fail("it is online and readings wait");
    if (missing > excused + waiting) return fail("readings were lost");
    // What is excused must stay an exception, or the check above says nothing.
    if (excused > w.measured / 10) return fail("too much had to be excused");
    return 0;
}
