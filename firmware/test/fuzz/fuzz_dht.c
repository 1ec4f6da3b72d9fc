#include <stdlib.h>

#include <datayoti/dht.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dy_pulse pulses[DY_DHT_MAX_PULSES];
    dy_climate climate;
    if (size < 1) return 0;
    uint8_t type = data[0] % 2 == 0 ? 11 : 22;
    size_t count = 0;
    for (size_t i = 1; i < size && count < DY_DHT_MAX_PULSES; i++, count++)
        pulses[count] = (dy_pulse){.level = data[0] & 2 ? data[i] & 1 : (uint8_t)(count & 1), .us = data[i]};
    if (dy_dht_decode(type, pulses, count, &climate) == DY_DHT_OK &&
        (climate.temperature_d < -400 || climate.temperature_d > 800 || climate.humidity_d < 0 || climate.humidity_d > 1000))
        abort();
    if (size >= 6) (void)dy_dht_from_bytes(type, data + 1, &climate);
    return 0;
}
