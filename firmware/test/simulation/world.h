#ifndef WORLD_H
#define WORLD_H

#include <datayoti/sensor.h>

#include "fake_flash.h"
#include "fake_keys.h"

/** A sensor among networks, brokers, clocks and elements that fail at random; the same seed is the same history. */

#define WORLD_READINGS 60000

/** What is broken now, and until when (monotonic milliseconds of the world). */
typedef struct {
    uint64_t wifi_until, wifi_password_until, broker_until, login_until, silent_broker_until, dht_until, weak_until,
        ntp_until;
} world_faults;

typedef struct {
    dy_sensor sensor;
    dy_config config;
    fake_keys keys;
    fake_flash flash;
    uint32_t seed;
    uint64_t now_ms;
    /** The true time at `now_ms` 0. */
    int64_t epoch_ms;
    /** The board's monotonic clock begins anew with every start. */
    uint64_t booted_ms;
    world_faults faults;
    bool joined, connected;

    /** Monotonic times at which the world answers; UINT64_MAX: nothing to answer. */
    uint64_t wifi_answer, mqtt_answer, ntp_answer, dht_answer, ack_at, time_message_at, restart_at;
    int32_t acks[64];
    size_t ack_count;
    int32_t next_message;

    /** Of each reading: when it was measured, and whether it arrived. */
    int64_t measured_at[WORLD_READINGS];
    bool arrived[WORLD_READINGS];
    uint32_t measured, arrived_count, repeated;
    /** Readings that may be missing: given up by the queue, or in memory when power went. */
    uint32_t excused;
    uint32_t power_cuts, commanded_restarts, restarts;
    uint64_t steps;
} world;

void world_make(world *w, uint32_t seed);
/** Lets time pass; `troubled`: with new faults. */
void world_run(world *w, uint64_t ms, bool troubled);

#endif
