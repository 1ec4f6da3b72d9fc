#include "testing.h"

#include <stdio.h>

#include "fake_keys.h"

static fake_keys keys;
static dy_config config;

static dy_config_report load(void)
{
    dy_key_reader reader = fake_keys_reader(&keys);
    memset(&config, 0xa5, sizeof config);
    return dy_config_load(&config, &reader);
}

static const char *bad_keys(dy_config_report report)
{
    static char text[400];
    (void)dy_config_key_list(report.bad_keys, text, sizeof text);
    return text;
}

static void defaults_stand_for_what_is_absent(void **state)
{
    (void)state;
    fake_keys_whole(&keys);
    fake_keys_remove(&keys, "wifi_pass");
    dy_config_report report = load();
    assert_int_equal(report.outcome, DY_CONFIG_OK);
    assert_int_equal(report.bad_keys, 0);
    assert_true(report.has_wifi && dy_config_has_broker(&report));
    assert_string_equal(config.wifi_ssid, "Cellar");
    assert_string_equal(config.wifi_pass, "");
    assert_string_equal(config.mqtt_host, "192.168.4.2");
    assert_int_equal(config.mqtt_port, 1883);
    assert_false(config.mqtt_tls);
    assert_string_equal(config.mqtt_ca, "");
    assert_string_equal(config.dev_name, "");
    assert_int_equal(config.interval_s, 60);
    assert_int_equal(config.dht_gpio, 17);
    assert_int_equal(config.dht_type, 22);
    assert_int_equal(config.t_off_cdeg, 0);
    assert_string_equal(config.ntp_host, "pool.ntp.org");
    assert_string_equal(config.hostname, "");
}

static void every_key_is_taken(void **state)
{
    (void)state;
    static const char ca[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    fake_keys_whole(&keys);
    fake_keys_number(&keys, "mqtt_tls", DY_TYPE_U8, 1);
    fake_keys_blob(&keys, "mqtt_ca", ca, strlen(ca));
    fake_keys_text(&keys, "dev_name", "Cave à vin");
    fake_keys_number(&keys, "interval_s", DY_TYPE_U32, 86400);
    fake_keys_number(&keys, "dht_gpio", DY_TYPE_U8, 4);
    fake_keys_number(&keys, "dht_type", DY_TYPE_U8, 11);
    fake_keys_number(&keys, "t_off_cdeg", DY_TYPE_I16, -150);
    fake_keys_number(&keys, "h_off_cpct", DY_TYPE_I16, 325);
    fake_keys_text(&keys, "ntp_host", "");
    fake_keys_text(&keys, "hostname", "cellar-3");
    assert_int_equal(load().outcome, DY_CONFIG_OK);
    assert_true(config.mqtt_tls);
    assert_int_equal(config.mqtt_port, 8883);
    assert_string_equal(config.mqtt_ca, ca);
    assert_string_equal(config.dev_name, "Cave à vin");
    assert_int_equal(config.interval_s, 86400);
    assert_int_equal(config.dht_gpio, 4);
    assert_int_equal(config.dht_type, 11);
    assert_int_equal(config.t_off_cdeg, -150);
    assert_int_equal(config.h_off_cpct, 325);
    assert_string_equal(config.ntp_host, "");
    assert_string_equal(config.hostname, "cellar-3");
    fake_keys_number(&keys, "mqtt_port", DY_TYPE_U16, 18883);
    assert_int_equal(load().outcome, DY_CONFIG_OK);
    assert_int_equal(config.mqtt_port, 18883);
}

static void a_certificate_may_come_with_its_nul(void **state)
{
    (void)state;
    static const char ca[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    fake_keys_whole(&keys);
    fake_keys_blob(&keys, "mqtt_ca", ca, sizeof ca);
    assert_int_equal(load().outcome, DY_CONFIG_OK);
    assert_string_equal(config.mqtt_ca, ca);
}

static void nothing_there(void **state)
{
    (void)state;
    fake_keys_clear(&keys);
    dy_config_report report = load();
    assert_int_equal(report.outcome, DY_CONFIG_ABSENT);
    assert_false(report.has_wifi || dy_config_has_broker(&report));
    assert_string_equal(bad_keys(report), "schema, wifi_ssid, mqtt_host, mqtt_user, mqtt_pass, site_ref");
}

static void a_newer_layout_is_left_alone(void **state)
{
    (void)state;
    fake_keys_whole(&keys);
    fake_keys_number(&keys, "schema", DY_TYPE_U8, 2);
    dy_config_report report = load();
    assert_int_equal(report.outcome, DY_CONFIG_NEWER_SCHEMA);
    assert_int_equal(report.schema, 2);
    assert_false(report.has_wifi || dy_config_has_broker(&report));
    assert_string_equal(config.wifi_ssid, "");
}

static void a_store_that_cannot_be_read(void **state)
{
    (void)state;
    fake_keys_whole(&keys);
    keys.broken = true;
    dy_config_report report = load();
    assert_int_equal(report.outcome, DY_CONFIG_UNREADABLE);
    assert_false(report.has_wifi || dy_config_has_broker(&report));
}

static void the_network_alone_is_not_enough_and_can_be_missing_alone(void **state)
{
    (void)state;
    fake_keys_whole(&keys);
    fake_keys_remove(&keys, "wifi_ssid");
    dy_config_report report = load();
    assert_int_equal(report.outcome, DY_CONFIG_INCOMPLETE);
    assert_false(report.has_wifi);
    assert_true(dy_config_has_broker(&report));
    assert_string_equal(bad_keys(report), "wifi_ssid");
    dy_config_wifi_given(&report);
    assert_int_equal(report.outcome, DY_CONFIG_OK);

    fake_keys_whole(&keys);
    fake_keys_remove(&keys, "mqtt_host");
    fake_keys_remove(&keys, "mqtt_user");
    report = load();
    assert_true(report.has_wifi);
    assert_false(dy_config_has_broker(&report));
    assert_string_equal(bad_keys(report), "mqtt_host, mqtt_user");
    dy_config_wifi_given(&report);
    assert_int_equal(report.outcome, DY_CONFIG_INCOMPLETE);

    fake_keys_clear(&keys);
    report = load();
    dy_config_wifi_given(&report);
    assert_int_equal(report.schema, DY_CONFIG_SCHEMA);
    assert_string_equal(bad_keys(report), "mqtt_host, mqtt_user, mqtt_pass, site_ref");
}

static void values_of_another_type_or_out_of_range_are_named(void **state)
{
    (void)state;
    static const struct { const char *key; dy_value_type type; int64_t value; } cases[] = {
        {"schema", DY_TYPE_U8, 0},         {"schema", DY_TYPE_U16, 1},        {"mqtt_port", DY_TYPE_U16, 0},
        {"mqtt_port", DY_TYPE_U8, 80},     {"mqtt_tls", DY_TYPE_U8, 2},       {"interval_s", DY_TYPE_U32, 4},
        {"interval_s", DY_TYPE_U32, 86401}, {"interval_s", DY_TYPE_U16, 60},  {"dht_gpio", DY_TYPE_U8, 49},
        {"dht_type", DY_TYPE_U8, 12},      {"t_off_cdeg", DY_TYPE_U16, 1},    {"h_off_cpct", DY_TYPE_U8, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_keys_whole(&keys);
        fake_keys_number(&keys, cases[i].key, cases[i].type, cases[i].value);
        dy_config_report report = load();
        assert_int_equal(report.outcome, DY_CONFIG_INCOMPLETE);
        assert_string_equal(bad_keys(report), cases[i].key);
    }
}

static void texts_that_cannot_be_are_named(void **state)
{
    (void)state;
    static char longest[DY_CA_SIZE + 50];
    memset(longest, 'x', sizeof longest - 1);
#define LONG(size) (longest + sizeof longest - 1 - (size))
    const struct { const char *key, *text; } cases[] = {
        {"wifi_ssid", ""}, {"wifi_ssid", LONG(33)}, {"wifi_pass", "short"}, {"wifi_pass", LONG(64)},
        {"mqtt_host", ""}, {"mqtt_host", "a b"}, {"mqtt_host", "1.2.3"}, {"mqtt_host", LONG(254)}, {"mqtt_user", ""},
        {"mqtt_user", LONG(65)}, {"mqtt_user", "a\nb"}, {"mqtt_pass", ""}, {"mqtt_pass", LONG(129)}, {"site_ref", ""},
        {"site_ref", LONG(51)}, {"site_ref", "a b"}, {"site_ref", "é"}, {"dev_name", LONG(241)}, {"dev_name", "\xff"},
        {"ntp_host", "-x"},
    };
#undef LONG
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_keys_whole(&keys);
        fake_keys_text(&keys, cases[i].key, cases[i].text);
        dy_config_report report = load();
        assert_int_equal(report.outcome, DY_CONFIG_INCOMPLETE);
        assert_string_equal(bad_keys(report), cases[i].key);
    }
    fake_keys_whole(&keys);
    fake_keys_blob(&keys, "mqtt_ca", "no certificate", 14);
    assert_string_equal(bad_keys(load()), "mqtt_ca");
    fake_keys_blob(&keys, "mqtt_ca", longest, sizeof longest);
    assert_string_equal(bad_keys(load()), "mqtt_ca");
    // A bad name on the network costs the name, not the sensor.
    fake_keys_whole(&keys);
    fake_keys_text(&keys, "hostname", "not a name");
    assert_int_equal(load().outcome, DY_CONFIG_OK);
    assert_string_equal(config.hostname, "");
}

static void texts_of_full_length(void **state)
{
    (void)state;
    char text[DY_HOST_SIZE];
    fake_keys_whole(&keys);
    (void)snprintf(text, sizeof text, "%032d", 0);
    fake_keys_text(&keys, "wifi_ssid", text);
    (void)snprintf(text, sizeof text, "%063d", 0);
    fake_keys_text(&keys, "wifi_pass", text);
    (void)snprintf(text, sizeof text, "%050d", 0);
    fake_keys_text(&keys, "site_ref", text);
    assert_int_equal(load().outcome, DY_CONFIG_OK);
    assert_int_equal(strlen(config.wifi_ssid), 32);
    assert_int_equal(strlen(config.wifi_pass), 63);
    assert_int_equal(strlen(config.site_ref), 50);
}

static void hosts(void **state)
{
    (void)state;
    static const char *const sound[] = {"192.168.4.2", "0.0.0.0", "255.255.255.255", "broker", "pi.local", "a-b.c_d.fr",
                                        "3com.example", "x1"};
    static const char *const bad[] = {"256.1.1.1", "1.2.3.4.5", "01.2.3.4", "1.2.3.", "1..2.3", "1234.1.1.1", "-a", "a-",
                                      "a.-b", "a..b", ".a", "a.", "a b", "a/b", "a:1883", "host.123", "é.fr", ""};
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) assert_true(dy_valid_host(sound[i], strlen(sound[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(dy_valid_host(bad[i], strlen(bad[i])));
    char label[70];
    memset(label, 'a', sizeof label);
    assert_true(dy_valid_host(label, 63));
    assert_false(dy_valid_host(label, 64));
    assert_false(dy_valid_ssid("a\0b", 3));
    assert_false(dy_valid_wifi_pass("12345678\0", 9));
}

static void keys_have_names(void **state)
{
    (void)state;
    char text[8];
    assert_string_equal(dy_config_key_name(0), "schema");
    unsigned last = 0;
    while (dy_config_key_name(last) != NULL) assert_true(strlen(dy_config_key_name(last++)) <= 15);
    assert_int_equal(last, 18);
    assert_int_equal(dy_config_key_list(3, text, sizeof text), 7);
    assert_string_equal(text, "schema,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand_for_what_is_absent),
        cmocka_unit_test(every_key_is_taken),
        cmocka_unit_test(a_certificate_may_come_with_its_nul),
        cmocka_unit_test(nothing_there),
        cmocka_unit_test(a_newer_layout_is_left_alone),
        cmocka_unit_test(a_store_that_cannot_be_read),
        cmocka_unit_test(the_network_alone_is_not_enough_and_can_be_missing_alone),
        cmocka_unit_test(values_of_another_type_or_out_of_range_are_named),
        cmocka_unit_test(texts_that_cannot_be_are_named),
        cmocka_unit_test(texts_of_full_length),
        cmocka_unit_test(hosts),
        cmocka_unit_test(keys_have_names),
    };
    return RUN(tests);
}
