#include "dht_frame.h"

static size_t pair(dy_pulse *pulses, size_t at, uint16_t low_us, uint16_t high_us)
{
    pulses[at] = (dy_pulse){.level = 0, .us = low_us};
    pulses[at + 1] = (dy_pulse){.level = 1, .us = high_us};
    return at + 2;
}

size_t dht_pulses(const uint8_t bytes[5], dy_pulse pulses[DY_DHT_MAX_PULSES])
{
    size_t count = pair(pulses, 0, 80, 80);
    for (int bit = 0; bit < 40; bit++) {
        bool one = (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
        count = pair(pulses, count, 50, one ? 70 : 27);
    }
    pulses[count] = (dy_pulse){.level = 0, .us = 50};
    return count + 1;
}

void dht22_bytes(int temperature_d, int humidity_d, uint8_t bytes[5])
{
    unsigned size = (unsigned)(temperature_d < 0 ? -temperature_d : temperature_d);
    bytes[0] = (uint8_t)(humidity_d >> 8);
    bytes[1] = (uint8_t)humidity_d;
    bytes[2] = (uint8_t)(size >> 8 | (temperature_d < 0 ? 0x80 : 0));
    bytes[3] = (uint8_t)size;
    bytes[4] = (uint8_t)(bytes[0] + bytes[1] + bytes[2] + bytes[3]);
}
