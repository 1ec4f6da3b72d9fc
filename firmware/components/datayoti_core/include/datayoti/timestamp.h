#ifndef DATAYOTI_TIMESTAMP_H
#define DATAYOTI_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

/** 2020-01-01 and 2100-01-01, UTC, epoch milliseconds: a clock outside of them was never set. */
#define DY_EARLIEST_MS INT64_C(1577836800000)
#define DY_LATEST_MS INT64_C(4102444800000)

typedef enum { DY_CLOCK_NONE, DY_CLOCK_BROKER, DY_CLOCK_NTP } dy_clock_source;

/** The board's clock: the monotonic one plus what is to be added to it. */
typedef struct {
    dy_clock_source source;
    /** Epoch minus monotonic milliseconds. */
    int64_t offset_ms;
    /** When it was last set, monotonic milliseconds. */
    uint64_t set_at_ms;
} dy_clock;

typedef enum {
    DY_CLOCK_UNCHANGED,
    /** It had no time before. */
    DY_CLOCK_FIRST_SET,
    DY_CLOCK_ADJUSTED,
    /** Not a time that can be. */
    DY_CLOCK_REFUSED,
} dy_clock_change;

void dy_clock_init(dy_clock *clock);

/**
 * Sets the clock. The broker's time does not overrule an NTP server that answered in the last 24 hours, and a difference
 * below 2 s is left alone.
 *
 * @param epoch_ms milliseconds since 1970, UTC
 * @param now_ms monotonic
 */
dy_clock_change dy_clock_set(dy_clock *clock, dy_clock_source source, int64_t epoch_ms, uint64_t now_ms);

bool dy_clock_is_set(const dy_clock *clock);

/** Epoch milliseconds of a monotonic time, also of one before the clock was set; 0 while it is not. */
int64_t dy_clock_at(const dy_clock *clock, uint64_t at_ms);

/**
 * `2025-11-03T14:30:25.000Z`
 *
 * @param epoch_ms from `DY_EARLIEST_MS` to before `DY_LATEST_MS`
 * @returns false, and an empty text, for any other
 */
bool dy_timestamp_format(int64_t epoch_ms, char text[DY_TIMESTAMP_SIZE]);

/**
 * The message of `datayoti/time`: `{"epoch_ms":1763644225000}`.
 *
 * @returns false for anything else and for times that cannot be
 */
bool dy_time_message_parse(const char *payload, size_t length, int64_t *epoch_ms);

#endif
