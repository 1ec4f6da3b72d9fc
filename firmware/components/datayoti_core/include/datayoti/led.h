#ifndef DATAYOTI_LED_H
#define DATAYOTI_LED_H

#include <stdbool.h>
#include <stdint.h>

/** What the status LED shows; the pattern repeats. */
typedef enum {
    /** One short flash every 3 s: online. */
    DY_LED_ONLINE,
    /** Two short flashes every 2 s: no Wi-Fi. */
    DY_LED_NO_WIFI,
    /** Three short flashes every 2 s: Wi-Fi, no broker. */
    DY_LED_NO_BROKER,
    /** Half a second on, half off: not configured. */
    DY_LED_NOT_CONFIGURED,
    /** Four short flashes every 3 s: the DHT does not answer. */
    DY_LED_NO_SENSOR,
    /** Quick even blinking: command `blink`. */
    DY_LED_FIND_ME,
    /** Always on: BOOT is held. */
    DY_LED_BUTTON,
} dy_led_code;

/** @param at_ms since the code began. @returns whether the LED is on */
bool dy_led_is_on(dy_led_code code, uint64_t at_ms);

/** Milliseconds until the LED next changes. */
uint32_t dy_led_next_ms(dy_led_code code, uint64_t at_ms);

#endif
