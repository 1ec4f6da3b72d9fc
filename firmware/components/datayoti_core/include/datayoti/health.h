#ifndef DATAYOTI_HEALTH_H
#define DATAYOTI_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/** What went wrong since the start; each stops at its largest value. */
typedef struct {
    uint32_t wifi_failures, mqtt_failures;
    uint32_t dht_silent, dht_checksum, dht_other;
    uint32_t measured, sent;
    /** Messages of `cmd` and `datayoti/time` that made no sense. */
    uint32_t bad_messages;
} dy_health;

typedef enum { DY_HEAP_FINE, DY_HEAP_IS_LOW, DY_HEAP_IS_CRITICAL } dy_heap_state;

/** @param bytes free heap */
dy_heap_state dy_heap_judge(uint32_t bytes);

/** Adds one, and stays at UINT32_MAX. */
void dy_count(uint32_t *counter);

typedef enum {
    DY_RESET_UNKNOWN,
    DY_RESET_POWER_ON,
    DY_RESET_EXTERNAL,
    DY_RESET_SOFTWARE,
    DY_RESET_PANIC,
    DY_RESET_INTERRUPT_WATCHDOG,
    DY_RESET_TASK_WATCHDOG,
    DY_RESET_WATCHDOG,
    DY_RESET_DEEP_SLEEP,
    DY_RESET_BROWN_OUT,
    DY_RESET_USB,
    DY_RESET_OTHER,
} dy_reset_reason;

/** `power-on`, `brown-out`, ...: the word of the heartbeat's `reset_reason`. */
const char *dy_reset_name(dy_reset_reason reason);

#endif
