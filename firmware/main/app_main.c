#include "app_update_state.h"
#include "board_facts.h"
#include "board_pins.h"
#include "boot_button.h"
#include "broker_link.h"
#include "clock_sync.h"
#include "config_store.h"
#include "datayoti/sensor.h"
#include "dht_reader.h"
#include "events.h"
#include "log_gate.h"
#include "log_partition.h"
#include "sensor_port.h"
#include "serial_line.h"
#include "status_led.h"
#include "watchdog.h"
#include "wifi_link.h"

/** However little there is to do, the watchdog is fed. */
#define LONGEST_WAIT_MS 1000

static dy_sensor sensor;
static dy_config config;

static void handle(const app_event *event)
{
    const uint64_t now_ms = monotonic_ms();
    switch (event->kind) {
    case EVENT_WIFI_ASSOCIATED:
    case EVENT_WIFI_DISCONNECTED:
    case EVENT_WIFI_ADDRESS:
    case EVENT_WIFI_ADDRESS_LOST:
    case EVENT_WIFI_SCANNED:
    case EVENT_WIFI_REFUSED: wifi_link_handle(&sensor, event, now_ms); break;
    case EVENT_TIME:
        // The answer may have waited in the queue.
        dy_sensor_on_time(&sensor, event->time.epoch_ms + (int64_t)(now_ms - event->time.at_ms), now_ms);
        break;
    case EVENT_MQTT_UP:
    case EVENT_MQTT_DOWN:
    case EVENT_MQTT_ACKNOWLEDGED:
    case EVENT_MQTT_MESSAGE: broker_link_handle(&sensor, event, now_ms); break;
    case EVENT_DHT: dy_sensor_on_dht(&sensor, dht_reader_pulses(), event->pulses, now_ms); break;
    case EVENT_SERIAL: dy_sensor_on_uart(&sensor, event->serial.bytes, event->serial.length, now_ms); break;
    case EVENT_BUTTON: dy_sensor_on_button(&sensor, event->pressed, now_ms); break;
    }
}

static uint32_t wait_until(uint64_t due_ms)
{
    const uint64_t link_due_ms = wifi_link_deadline();
    if (link_due_ms < due_ms) due_ms = link_due_ms;
    const uint64_t now_ms = monotonic_ms();
    if (due_ms <= now_ms) return 0;
    return due_ms - now_ms < LONGEST_WAIT_MS ? (uint32_t)(due_ms - now_ms) : LONGEST_WAIT_MS;
}

static void run(void)
{
    bool confirmed = false;
    app_event event;
    for (;;) {
        watchdog_feed();
        wifi_link_tick(&sensor, monotonic_ms());
        const uint64_t due_ms = dy_sensor_step(&sensor, monotonic_ms());
        if (!confirmed && dy_sensor_is_online(&sensor)) {
            app_update_confirm();
            confirmed = true;
        }
        if (events_wait(&event, wait_until(due_ms))) handle(&event);
    }
}

void app_main(void)
{
    log_gate_init();
    events_init();
    config_store_init();
    const dy_identity identity = board_identity();
    const dy_key_reader reader = config_store_reader();
    const dy_config_report report = dy_config_load(&config, &reader);
    config.dht_gpio = board_dht_pin(config.dht_gpio);

    char made_name[16];
    board_hostname(&identity, made_name);
    wifi_link_init(config.hostname[0] == '\0' ? made_name : config.hostname);
    clock_sync_init(config.ntp_host);
    broker_link_init();
    dht_reader_init(config.dht_gpio);
    status_led_init(config.dht_gpio);

    dy_flash flash;
    const bool has_log = log_partition_open(&flash);
    const dy_port port = sensor_port();
    watchdog_join();
    dy_sensor_start(&sensor, &port, &identity, &config, &report, has_log ? &flash : NULL, monotonic_ms());
    // From here on there is somebody to take the events.
    serial_line_start();
    boot_button_start();
    run();
}
