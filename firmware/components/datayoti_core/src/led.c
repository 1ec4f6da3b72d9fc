#include "datayoti/led.h"

#include <stddef.h>

#define FLASH_MS 100
#define GAP_MS 200

/** Flashes at the beginning of a period; 0: half on, half off. */
typedef struct {
    uint16_t period_ms;
    uint8_t flashes;
} pattern;

static const pattern patterns[] = {
    [DY_LED_ONLINE] = {3000, 1},         [DY_LED_NO_WIFI] = {2000, 2},    [DY_LED_NO_BROKER] = {2000, 3},
    [DY_LED_NOT_CONFIGURED] = {1000, 0}, [DY_LED_NO_SENSOR] = {3000, 4},  [DY_LED_FIND_ME] = {250, 0},
    [DY_LED_BUTTON] = {0, 0},
};

bool dy_led_is_on(dy_led_code code, uint64_t at_ms)
{
    const pattern *p = &patterns[code];
    if (p->period_ms == 0) return true;
    uint32_t at = (uint32_t)(at_ms % p->period_ms);
    if (p->flashes == 0) return at < p->period_ms / 2u;
    return at < p->flashes * (FLASH_MS + GAP_MS) && at % (FLASH_MS + GAP_MS) < FLASH_MS;
}

uint32_t dy_led_next_ms(dy_led_code code, uint64_t at_ms)
{
    const pattern *p = &patterns[code];
    if (p->period_ms == 0) return 1000;
    uint32_t at = (uint32_t)(at_ms % p->period_ms);
    if (p->flashes == 0) return at < p->period_ms / 2u ? p->period_ms / 2u - at : p->period_ms - at;
    uint32_t within = at % (FLASH_MS + GAP_MS);
    if (at >= (p->flashes - 1u) * (FLASH_MS + GAP_MS) + FLASH_MS) return p->period_ms - at;
    return within < FLASH_MS ? FLASH_MS - within : FLASH_MS + GAP_MS - within;
}
