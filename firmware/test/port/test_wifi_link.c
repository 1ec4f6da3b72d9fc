#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "esp_log.h"
#include "esp_wifi.h"
#include "wifi_link.h"

/** The driver, as far as it is asked; what it answers later, each test says by events. */

esp_event_base_t const WIFI_EVENT = "WIFI_EVENT";
esp_event_base_t const IP_EVENT = "IP_EVENT";

static struct {
    unsigned connects, disconnects, restarts;
    esp_err_t connect_outcome;
    wifi_config_t config;
    uint64_t now_ms;
    unsigned ups, downs;
    dy_wifi_failure failure;
    char ip[16];
    size_t networks;
    unsigned refusals;
} seen;

static dy_sensor sensor;

uint64_t monotonic_ms(void)
{
    return seen.now_ms;
}

void events_post(const app_event *event)
{
    if (event->kind == EVENT_WIFI_REFUSED) seen.refusals++;
}

void dy_sensor_on_wifi_up(dy_sensor *self, int rssi, const char *ip, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    assert_int_equal(rssi, -61);
    seen.ups++;
    strcpy(seen.ip, ip);
}

void dy_sensor_on_wifi_down(dy_sensor *self, dy_wifi_failure failure, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    seen.downs++;
    seen.failure = failure;
}

void dy_sensor_on_scan(dy_sensor *self, const dy_network *networks, size_t count, uint64_t now_ms)
{
    (void)self;
    (void)now_ms;
    seen.networks = count;
    if (count > 0) {
        assert_int_equal(strlen(networks[0].ssid), 32);
        assert_true(networks[0].secured);
    }
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *conf)
{
    (void)interface;
    seen.config = *conf;
    return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
    seen.connects++;
    return seen.connect_outcome;
}

esp_err_t esp_wifi_disconnect(void)
{
    seen.disconnects++;
    return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
    seen.restarts++;
    return ESP_OK;
}

esp_err_t esp_wifi_stop(void)
{
    return ESP_OK;
}

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *ap_info)
{
    ap_info->rssi = -61;
    return ESP_OK;
}

esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block)
{
    (void)config;
    assert_false(block);
    return ESP_OK;
}

esp_err_t esp_wifi_scan_get_ap_records(uint16_t *number, wifi_ap_record_t *ap_records)
{
    memset(ap_records[0].ssid, 'n', 32);
    ap_records[0].ssid[32] = '\0';
    ap_records[0].authmode = WIFI_AUTH_WPA2_PSK;
    // The second one is hidden.
    ap_records[1].ssid[0] = '\0';
    *number = 2;
    return ESP_OK;
}

/** Only of `wifi_link_init`, which is not called here. */
esp_err_t esp_netif_init(void) { return ESP_OK; }
esp_err_t esp_event_loop_create_default(void) { return ESP_OK; }
esp_netif_t *esp_netif_create_default_wifi_sta(void) { return NULL; }
esp_err_t esp_netif_set_hostname(esp_netif_t *netif, const char *hostname) { return netif == NULL && hostname == NULL; }
esp_err_t esp_wifi_init(const wifi_init_config_t *config) { return config == NULL; }
esp_err_t esp_wifi_set_mode(wifi_mode_t mode) { return mode != WIFI_MODE_STA; }
esp_err_t esp_wifi_set_storage(wifi_storage_t storage) { return storage != WIFI_STORAGE_RAM; }
esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id, esp_event_handler_t handler, void *arg)
{
    return base == NULL && id == 0 && handler == NULL && arg == NULL;
}
char *esp_ip4addr_ntoa(const esp_ip4_addr_t *addr, char *buf, int buflen)
{
    return addr == NULL || buflen == 0 ? NULL : buf;
}
const char *esp_err_to_name(esp_err_t code) { return code == ESP_OK ? "ESP_OK" : "ESP_FAIL"; }
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    (void)level;
    (void)tag;
    (void)format;
}
void _esp_error_check_failed(esp_err_t rc, const char *file, int line, const char *function, const char *expression)
{
    (void)rc;
    (void)file;
    (void)line;
    (void)function;
    fail_msg("%s", expression);
    __builtin_unreachable();
}

static void happens(app_event event)
{
    wifi_link_handle(&sensor, &event, seen.now_ms);
}

static void disconnected(uint8_t reason)
{
    happens((app_event){.kind = EVENT_WIFI_DISCONNECTED, .reason = reason});
}

static void addressed(void)
{
    happens((app_event){.kind = EVENT_WIFI_ASSOCIATED});
    happens((app_event){.kind = EVENT_WIFI_ADDRESS, .ip = "192.168.4.2"});
}

/** The link keeps its state between tests: each begins where the one before has left everything. */
static int rest(void **state)
{
    (void)state;
    wifi_link_leave();
    disconnected(WIFI_REASON_ASSOC_LEAVE);
    memset(&seen, 0, sizeof seen);
    seen.now_ms = 1000;
    return 0;
}

static void joins_and_loses(void **state)
{
    (void)state;
    wifi_link_join("Plant-A", "secret12");
    assert_int_equal(seen.connects, 1);
    assert_int_equal(seen.config.sta.threshold.authmode, WIFI_AUTH_WPA2_PSK);
    addressed();
    assert_int_equal(seen.ups, 1);
    assert_string_equal(seen.ip, "192.168.4.2");
    assert_true(wifi_link_deadline() == UINT64_MAX);
    // A renewed address is no news.
    happens((app_event){.kind = EVENT_WIFI_ADDRESS, .ip = "192.168.4.2"});
    assert_int_equal(seen.ups, 1);
    disconnected(WIFI_REASON_BEACON_TIMEOUT);
    assert_int_equal(seen.downs, 1);
    assert_int_equal(seen.failure, DY_WIFI_LOST);
}

static void an_open_network_of_32_bytes(void **state)
{
    (void)state;
    char name[33];
    memset(name, 'x', 32);
    name[32] = '\0';
    wifi_link_join(name, "");
    assert_int_equal(seen.config.sta.threshold.authmode, WIFI_AUTH_OPEN);
    assert_memory_equal(seen.config.sta.ssid, name, 32);
    assert_int_equal(seen.config.sta.password[0], 0);
}

static void reasons_are_told_apart(void **state)
{
    static const struct {
        uint8_t reason;
        dy_wifi_failure failure;
    } cases[] = {
        {WIFI_REASON_NO_AP_FOUND, DY_WIFI_NO_NETWORK},
        {WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT, DY_WIFI_WRONG_PASSWORD},
        {WIFI_REASON_AUTH_FAIL, DY_WIFI_WRONG_PASSWORD},
        {WIFI_REASON_AUTH_EXPIRE, DY_WIFI_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wifi_link_join("Plant-A", "secret12");
        disconnected(cases[i].reason);
        assert_int_equal(seen.failure, cases[i].failure);
        assert_int_equal(seen.downs, i + 1);
    }
}

static void another_network_waits_for_the_driver(void **state)
{
    (void)state;
    wifi_link_join("Plant-A", "secret12");
    addressed();
    wifi_link_join("Plant-B", "secret34");
    assert_int_equal(seen.disconnects, 1);
    assert_int_equal(seen.connects, 1);
    // What the old connection still says is not passed on.
    happens((app_event){.kind = EVENT_WIFI_ADDRESS, .ip = "192.168.4.2"});
    disconnected(WIFI_REASON_ASSOC_LEAVE);
    assert_int_equal(seen.downs, 0);
    assert_int_equal(seen.connects, 2);
    assert_memory_equal(seen.config.sta.ssid, "Plant-B", 8);
    addressed();
    assert_int_equal(seen.ups, 2);
}

static void a_silent_driver_is_not_waited_for(void **state)
{
    (void)state;
    wifi_link_join("Plant-A", "secret12");
    wifi_link_leave();
    wifi_link_join("Plant-A", "secret12");
    assert_int_equal(seen.disconnects, 1);
    assert_int_equal(seen.connects, 1);
    seen.now_ms = wifi_link_deadline();
    wifi_link_tick(&sensor, seen.now_ms);
    assert_int_equal(seen.connects, 2);
    assert_true(wifi_link_deadline() == UINT64_MAX);
}

static void an_address_that_does_not_come(void **state)
{
    (void)state;
    wifi_link_join("Plant-A", "secret12");
    happens((app_event){.kind = EVENT_WIFI_ASSOCIATED});
    seen.now_ms = wifi_link_deadline() - 1;
    wifi_link_tick(&sensor, seen.now_ms);
    assert_int_equal(seen.downs, 0);
    seen.now_ms++;
    wifi_link_tick(&sensor, seen.now_ms);
    assert_int_equal(seen.downs, 1);
    assert_int_equal(seen.failure, DY_WIFI_NO_ADDRESS);
    assert_int_equal(seen.disconnects, 1);
    // The disconnection that was asked for is not a second failure.
    disconnected(WIFI_REASON_ASSOC_LEAVE);
    assert_int_equal(seen.downs, 1);
}

static void nothing_follows_after_leaving(void **state)
{
    (void)state;
    wifi_link_join("Plant-A", "secret12");
    addressed();
    wifi_link_leave();
    assert_int_equal(seen.disconnects, 1);
    disconnected(WIFI_REASON_ASSOC_LEAVE);
    assert_int_equal(seen.downs, 0);
}

static void a_driver_that_refuses_is_started_anew(void **state)
{
    (void)state;
    seen.connect_outcome = ESP_FAIL;
    for (unsigned i = 1; i <= 3; i++) {
        wifi_link_join("Plant-A", "secret12");
        assert_int_equal(seen.refusals, i);
        assert_int_equal(seen.restarts, i == 3 ? 1 : 0);
        happens((app_event){.kind = EVENT_WIFI_REFUSED});
        assert_int_equal(seen.downs, i);
        assert_int_equal(seen.failure, DY_WIFI_OTHER);
    }
}

static void hidden_networks_are_not_reported(void **state)
{
    (void)state;
    assert_true(wifi_link_scan());
    happens((app_event){.kind = EVENT_WIFI_SCANNED, .scan_succeeded = true});
    assert_int_equal(seen.networks, 1);
    happens((app_event){.kind = EVENT_WIFI_SCANNED, .scan_succeeded = false});
    assert_int_equal(seen.networks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(joins_and_loses, rest),
        cmocka_unit_test_setup(an_open_network_of_32_bytes, rest),
        cmocka_unit_test_setup(reasons_are_told_apart, rest),
        cmocka_unit_test_setup(another_network_waits_for_the_driver, rest),
        cmocka_unit_test_setup(a_silent_driver_is_not_waited_for, rest),
        cmocka_unit_test_setup(an_address_that_does_not_come, rest),
        cmocka_unit_test_setup(nothing_follows_after_leaving, rest),
        cmocka_unit_test_setup(a_driver_that_refuses_is_started_anew, rest),
        cmocka_unit_test_setup(hidden_networks_are_not_reported, rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
