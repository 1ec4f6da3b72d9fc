#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash_file.h"
#include "host_port.h"

/**
 * `datayoti-sensor-host --mac MAC --nvs FILE --log FILE --uart NAME [--air FILE] [--no-time] [--no-dht]`
 *
 * A sensor on this computer: its configuration from a real NVS image, its serial line under NAME.
 */

static volatile sig_atomic_t ended;

static void on_signal(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

typedef struct {
    const char *mac, *nvs, *log, *uart, *air;
    bool no_time, no_dht;
} options;

static bool parse(int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *const names[] = {"--mac", "--nvs", "--log", "--uart", "--air"};
        const char **const values[] = {&o->mac, &o->nvs, &o->log, &o->uart, &o->air};
        bool known = false;
        for (size_t n = 0; n < 5 && i + 1 < argc && !known; n++) {
            known = strcmp(argv[i], names[n]) == 0;
            if (known) *values[n] = argv[++i];
        }
        if (known) continue;
        if (strcmp(argv[i], "--no-time") == 0) o->no_time = true;
        else if (strcmp(argv[i], "--no-dht") == 0) o->no_dht = true;
        else return false;
    }
    return o->mac != NULL && strlen(o->mac) == DY_MAC_SIZE - 1 && o->nvs != NULL && o->log != NULL && o->uart != NULL;
}

static void boot(host *h, const options *o, const dy_flash *flash, dy_reset_reason why)
{
    dy_identity identity = {.version = DATAYOTI_VERSION, .chip = "host", .reset_reason = why};
    strcpy(identity.mac, o->mac);
    dy_port port = host_port(h);
    mqtt_client_stop(&h->mqtt);
    h->restart = false;
    h->rssi = 0;
    nvs_file_open(&h->nvs, o->nvs);
    dy_key_reader reader = nvs_file_reader(&h->nvs);
    dy_config_report report = dy_config_load(&h->config, &reader);
    dy_sensor_start(&h->sensor, &port, &identity, &h->config, &report, flash, host_now_ms());
}

static void wait_until(host *h, uint64_t wake_ms)
{
    bool writing;
    uint64_t now_ms = host_now_ms();
    struct pollfd lines[2] = {{.fd = h->line.descriptor, .events = POLLIN}, {.events = POLLIN}};
    lines[1].fd = mqtt_client_socket(&h->mqtt, &writing);
    if (writing) lines[1].events |= POLLOUT;
    // libmosquitto wants a turn about once a second for its keep-alive.
    uint64_t most_ms = h->mqtt.over ? 0 : 1000;
    uint64_t wait_ms = wake_ms <= now_ms ? 0 : wake_ms - now_ms;
    (void)poll(lines, 2, (int)(wait_ms < most_ms ? wait_ms : most_ms));
}

static void run(host *h, const options *o, const dy_flash *flash)
{
    uint8_t bytes[256];
    boot(h, o, flash, DY_RESET_POWER_ON);
    while (!ended) {
        uint64_t wake_ms = dy_sensor_step(&h->sensor, host_now_ms());
        if (h->restart) {
            boot(h, o, flash, DY_RESET_SOFTWARE);
            continue;
        }
        if (host_next_answer_ms(h) < wake_ms) wake_ms = host_next_answer_ms(h);
        wait_until(h, wake_ms);
        host_answer(h);
        mqtt_client_turn(&h->mqtt);
        for (size_t length; (length = serial_line_read(&h->line, bytes, sizeof bytes)) > 0;)
            dy_sensor_on_uart(&h->sensor, bytes, length, host_now_ms());
    }
}

int main(int argc, char **argv)
{
    static host h;
    static flash_file log;
    dy_flash flash;
    options o = {0};
    if (!parse(argc, argv, &o)) {
        (void)fputs("datayoti-sensor-host --mac MAC --nvs FILE --log FILE --uart NAME [--air FILE] [--no-time] "
                    "[--no-dht]\n",
                    stderr);
        return 2;
    }
    h.has_time = !o.no_time;
    h.has_dht = !o.no_dht;
    h.least_memory = UINT32_MAX;
    h.mqtt.sensor = &h.sensor;
    h.mqtt.now_ms = host_now_ms;
    if (o.air != NULL && !host_read_air(&h, o.air)) return 1;
    if (!flash_file_open(&log, o.log, &flash) || !serial_line_open(&h.line, o.uart)) return 1;
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)mosquitto_lib_init();
    run(&h, &o, &flash);
    // As a power cut does: what was in memory is lost, and the broker tells of it by the last will.
    if (h.mqtt.client != NULL) mosquitto_destroy(h.mqtt.client);
    (void)mosquitto_lib_cleanup();
    serial_line_close(&h.line);
    return 0;
}
