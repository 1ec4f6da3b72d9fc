#include "datayoti/dht.h"

#include <stdbool.h>
#include <string.h>

#define BITS 40
/** Response and bit-lead lengths have generous limits: cables, pull-ups and clones stretch them (data sheets: 80 and 50). */
#define RESPONSE_MIN_US 50
#define RESPONSE_MAX_US 120
#define LEAD_MIN_US 20
#define LEAD_MAX_US 110
/** A high pulse of 26..28 us is 0, one of 70 us is 1. */
#define BIT_MIN_US 10
#define BIT_ONE_US 48
#define BIT_MAX_US 110

static bool within(const dy_pulse *pulse, uint8_t level, unsigned least, unsigned most)
{
    return pulse->level == level && pulse->us >= least && pulse->us <= most;
}

/** Where the bits begin: behind the response, a low and a high pulse of 80 us. @returns false where there is none */
static bool find_bits(const dy_pulse *pulses, size_t count, size_t *first)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (within(&pulses[i], 0, RESPONSE_MIN_US, RESPONSE_MAX_US) &&
            within(&pulses[i + 1], 1, RESPONSE_MIN_US, RESPONSE_MAX_US)) {
            *first = i + 2;
            return true;
        }
        // Only the release of the line, high and short, may come before the response.
        if (pulses[i].level == 0 || i > 0) return false;
    }
    return false;
}

dy_dht_result dy_dht_decode(uint8_t type, const dy_pulse *pulses, size_t count, dy_climate *climate)
{
    uint8_t bytes[BITS / 8] = {0};
    size_t first = 0;
    *climate = (dy_climate){0, 0};
    if (count < 2) return DY_DHT_NO_RESPONSE;
    if (!find_bits(pulses, count, &first)) return DY_DHT_BAD_PULSE;
    for (size_t bit = 0; bit < BITS; bit++) {
        size_t at = first + 2 * bit;
        if (at + 1 >= count) return DY_DHT_SHORT;
        if (!within(&pulses[at], 0, LEAD_MIN_US, LEAD_MAX_US) || !within(&pulses[at + 1], 1, BIT_MIN_US, BIT_MAX_US))
            return DY_DHT_BAD_PULSE;
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] << 1 | (pulses[at + 1].us >= BIT_ONE_US ? 1 : 0));
    }
    return dy_dht_from_bytes(type, bytes, climate);
}

/** DHT11: whole and tenths in a byte each; newer ones send the sign in the top bit of the tenths. */
static dy_climate dht11(const uint8_t bytes[5])
{
    int16_t temperature = (int16_t)(bytes[2] * 10 + (bytes[3] & 0x7f) % 10);
    return (dy_climate){
        .temperature_d = (bytes[3] & 0x80) != 0 ? (int16_t)-temperature : temperature,
        .humidity_d = (int16_t)(bytes[0] * 10 + bytes[1] % 10),
    };
}

/** DHT22: tenths in 16 bits, the sign of the temperature in the top one. */
static dy_climate dht22(const uint8_t bytes[5])
{
    int16_t temperature = (int16_t)((bytes[2] & 0x7f) << 8 | bytes[3]);
    return (dy_climate){
        .temperature_d = (bytes[2] & 0x80) != 0 ? (int16_t)-temperature : temperature,
        .humidity_d = (int16_t)((bytes[0] & 0x7f) << 8 | bytes[1]),
    };
}

dy_dht_result dy_dht_from_bytes(uint8_t type, const uint8_t bytes[5], dy_climate *climate)
{
    static const uint8_t nothing[5] = {0};
    *climate = (dy_climate){0, 0};
    if ((uint8_t)(bytes[0] + bytes[1] + bytes[2] + bytes[3]) != bytes[4]) return DY_DHT_CHECKSUM;
    // A line that is held low reads as zeros, whose sum is right.
    if (memcmp(bytes, nothing, sizeof nothing) == 0) return DY_DHT_IMPLAUSIBLE;
    dy_climate found = type == 11 ? dht11(bytes) : dht22(bytes);
    if (found.temperature_d < -400 || found.temperature_d > 800) return DY_DHT_IMPLAUSIBLE;
    if (found.humidity_d < 0 || found.humidity_d > 1000) return DY_DHT_IMPLAUSIBLE;
    *climate = found;
    return DY_DHT_OK;
}

uint32_t dy_dht_pause_ms(uint8_t type)
{
    return type == 11 ? 1200 : 2200;
}
