#include <stdlib.h>
#include <string.h>

#include "board.h"

/** Whatever happens in whatever order: the sensor keeps its bounds and always says when it wants to be called. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static board b;
    if (size < 2) return 0;
    board_make(&b);
    if (data[0] & 1) fake_keys_clear(&b.keys);
    board_start(&b);
    for (size_t i = 1; i + 1 < size && i < 60; i += 2) {
        b.uart_length = 0;
        b.publications = 0;
        switch (data[i] % 12) {
        case 0: dy_sensor_on_wifi_up(&b.sensor, -(int)data[i + 1], "10.0.0.1", b.now_ms); break;
        case 1: dy_sensor_on_wifi_down(&b.sensor, (dy_wifi_failure)(data[i + 1] % 6), b.now_ms); break;
        case 2: dy_sensor_on_mqtt_up(&b.sensor, b.now_ms); break;
        case 3: dy_sensor_on_mqtt_down(&b.sensor, (dy_mqtt_failure)(data[i + 1] % 7), b.now_ms); break;
        case 4: dy_sensor_on_acknowledged(&b.sensor, b.next_message - 1 - data[i + 1] % 4, b.now_ms); break;
        case 5: dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS + data[i + 1] * 1000, b.now_ms); break;
        case 6: board_measured(&b, data[i + 1], 500); break;
        case 7: dy_sensor_on_uart(&b.sensor, data + i, size - i, b.now_ms); break;
        case 8: dy_sensor_on_message(&b.sensor, "datayoti/sensor/" BOARD_MAC "/cmd", 37, (const char *)data + i, size - i, b.now_ms); break;
        case 9: dy_sensor_on_button(&b.sensor, data[i + 1] & 1, b.now_ms); break;
        case 10: dy_sensor_on_scan(&b.sensor, NULL, 0, b.now_ms); break;
        default: b.now_ms += (uint64_t)data[i + 1] * 100;
        }
        uint64_t next = dy_sensor_step(&b.sensor, b.now_ms);
        if (next <= b.now_ms) abort();
    }
    return 0;
}
