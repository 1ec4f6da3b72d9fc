#include "sensor_port.h"

#include "board_pins.h"
#include "broker_link.h"
#include "clock_sync.h"
#include "config_store.h"
#include "dht_reader.h"
#include "esp_random.h"
#include "esp_system.h"
#include "log_gate.h"
#include "serial_line.h"
#include "status_led.h"
#include "wifi_link.h"

static void port_log(void *ctx, dy_log_level level, const char *tag, const char *text)
{
    (void)ctx;
    log_gate_line(level, tag, text);
}

static uint32_t port_random(void *ctx)
{
    (void)ctx;
    return esp_random();
}

static void port_facts(void *ctx, dy_facts *facts)
{
    (void)ctx;
    int rssi = 0;
    facts->has_rssi = wifi_link_rssi(&rssi);
    facts->rssi = rssi;
    facts->free_heap = esp_get_free_heap_size();
    facts->min_heap = esp_get_minimum_free_heap_size();
}

static void port_set_clock(void *ctx, int64_t epoch_ms)
{
    (void)ctx;
    clock_sync_set_system_clock(epoch_ms);
}

static void port_wifi_join(void *ctx, const char *ssid, const char *password)
{
    (void)ctx;
    wifi_link_join(ssid, password);
}

static void port_wifi_leave(void *ctx)
{
    (void)ctx;
    wifi_link_leave();
}

static bool port_wifi_scan(void *ctx)
{
    (void)ctx;
    return wifi_link_scan();
}

/** The host was given at the start, see `clock_sync_init`. */
static void port_ntp_start(void *ctx, const char *host)
{
    (void)ctx;
    (void)host;
    clock_sync_start();
}

static void port_mqtt_connect(void *ctx, const dy_mqtt_setup *setup)
{
    (void)ctx;
    broker_link_connect(setup);
}

static void port_mqtt_stop(void *ctx)
{
    (void)ctx;
    broker_link_stop();
}

static bool port_mqtt_subscribe(void *ctx, const char *topic)
{
    (void)ctx;
    return broker_link_subscribe(topic);
}

static int32_t port_mqtt_publish(void *ctx, const char *topic, const char *payload, size_t length, bool retained)
{
    (void)ctx;
    return broker_link_publish(topic, payload, length, retained);
}

/** The pin was chosen at the start, see `board_dht_pin`. */
static void port_dht_read(void *ctx, uint8_t gpio, uint8_t type)
{
    (void)ctx;
    (void)gpio;
    dht_reader_ask(type);
}

static void port_uart_write(void *ctx, const uint8_t *bytes, size_t length)
{
    (void)ctx;
    serial_line_write(bytes, length);
}

static void port_led(void *ctx, bool on)
{
    (void)ctx;
    status_led_set(on);
}

static bool port_store_text(void *ctx, const char *key, const char *text)
{
    (void)ctx;
    return config_store_set_text(key, text);
}

static bool port_store_u8(void *ctx, const char *key, uint8_t value)
{
    (void)ctx;
    return config_store_set_u8(key, value);
}

static bool port_store_erase(void *ctx)
{
    (void)ctx;
    return config_store_erase();
}

static void port_restart(void *ctx)
{
    (void)ctx;
    broker_link_leave();
    esp_restart();
}

dy_port sensor_port(void)
{
    return (dy_port){
        .log = port_log,
        .random = port_random,
        .facts = port_facts,
        .set_clock = port_set_clock,
        .wifi_join = port_wifi_join,
        .wifi_leave = port_wifi_leave,
        .wifi_scan = port_wifi_scan,
        .ntp_start = port_ntp_start,
        .mqtt_connect = port_mqtt_connect,
        .mqtt_stop = port_mqtt_stop,
        .mqtt_subscribe = port_mqtt_subscribe,
        .mqtt_publish = port_mqtt_publish,
        .dht_read = port_dht_read,
        .uart_write = port_uart_write,
        .led = port_led,
        .store_text = port_store_text,
        .store_u8 = port_store_u8,
        .store_erase = port_store_erase,
        .restart = port_restart,
    };
}
