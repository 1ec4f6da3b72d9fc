#ifndef DATAYOTI_LOG_LINES_H
#define DATAYOTI_LOG_LINES_H

/**
 * Every line that the core logs, in one table: name, level (E, W, I), tag, printf format, and the event that the serial
 * monitor of the application recognises in it ("" for none). The port prints `I (uptime in ms) tag: text`, as ESP-IDF does.
 * A password is never among the values.
 */
#define DY_LOG_LINES(X)                                                                                                \
    X(DY_LOG_HELLO, I, "datayoti", "DataYoti sensor %s, %s", "sensor-starting")                                        \
    X(DY_LOG_RESET, I, "datayoti", "reset reason: %s", "")                                                             \
    X(DY_LOG_NOT_CONFIGURED, W, "datayoti", "not configured: NVS namespace \"datayoti\" is empty", "not-configured")   \
    X(DY_LOG_INCOMPLETE, E, "datayoti", "configuration incomplete: %s", "configuration-incomplete")                    \
    X(DY_LOG_NEWER_SCHEMA, E, "datayoti", "configuration has schema %u, this firmware knows %u",                       \
      "configuration-newer")                                                                                           \
    X(DY_LOG_NVS_UNREADABLE, E, "datayoti", "NVS cannot be read", "configuration-unreadable")                          \
    X(DY_LOG_SITE, I, "datayoti", "site %s, every %u s", "site-known")                                                 \
    X(DY_LOG_SITE_NAMED, I, "datayoti", "site %s, \"%s\", every %u s", "site-known")                                   \
    X(DY_LOG_WIFI_CONNECTING, I, "datayoti", "Wi-Fi connecting to \"%s\"", "wifi-connecting")                          \
    X(DY_LOG_WIFI_CONNECTED, I, "datayoti", "Wi-Fi connected, RSSI %d dBm (%s), sta ip: %s", "wifi-got-ip")            \
    X(DY_LOG_WIFI_NO_NETWORK, W, "datayoti", "Wi-Fi \"%s\": no such network (reason 201)", "wifi-no-network")          \
    X(DY_LOG_WIFI_PASSWORD, W, "datayoti", "Wi-Fi \"%s\": wrong password (reason 15)", "wifi-wrong-password")          \
    X(DY_LOG_WIFI_NO_ADDRESS, W, "datayoti", "Wi-Fi \"%s\": joined, but no address from DHCP", "wifi-no-address")      \
    X(DY_LOG_WIFI_LOST, W, "datayoti", "Wi-Fi \"%s\": connection lost", "wifi-reconnecting")                           \
    X(DY_LOG_WIFI_TIMEOUT, W, "datayoti", "Wi-Fi \"%s\": no answer in time", "wifi-failed")                            \
    X(DY_LOG_WIFI_FAILED, W, "datayoti", "Wi-Fi \"%s\": could not join", "wifi-failed")                                \
    X(DY_LOG_SIGNAL_WEAK, W, "datayoti", "signal too weak: %d dBm, no connection is tried", "signal-too-weak")         \
    X(DY_LOG_SIGNAL_RECOVERED, I, "datayoti", "signal usable again: %d dBm", "signal-recovered")                       \
    X(DY_LOG_TIME_NTP, I, "datayoti", "time set by NTP: %s", "clock-set")                                              \
    X(DY_LOG_TIME_BROKER, I, "datayoti", "time set by datayoti/time: %s", "clock-set")                                 \
    X(DY_LOG_TIME_ADJUSTED, I, "datayoti", "time adjusted: %s", "clock-set")                                           \
    X(DY_LOG_TIME_NONE, W, "datayoti", "no time yet, readings wait", "clock-not-set")                                  \
    X(DY_LOG_MQTT_CONNECTING, I, "datayoti", "MQTT connecting to %s:%u as %s", "broker-connecting")                    \
    X(DY_LOG_MQTT_CONNECTED, I, "datayoti", "MQTT connected", "mqtt-connected")                                        \
    X(DY_LOG_MQTT_LOST, W, "datayoti", "MQTT connection lost", "mqtt-lost")                                            \
    X(DY_LOG_MQTT_UNREACHABLE, E, "datayoti", "MQTT unreachable: %s:%u", "mqtt-unreachable")                           \
    X(DY_LOG_MQTT_LOGIN, E, "datayoti", "MQTT login refused", "mqtt-refused-login")                                    \
    X(DY_LOG_MQTT_RIGHTS, E, "datayoti", "MQTT not authorised", "mqtt-refused-rights")                                 \
    X(DY_LOG_MQTT_TLS, E, "datayoti", "MQTT unreachable: the broker's certificate was not accepted",                   \
      "mqtt-unreachable")                                                                                              \
    X(DY_LOG_MQTT_TIMEOUT, E, "datayoti", "MQTT unreachable: no answer from %s:%u", "mqtt-unreachable")                \
    X(DY_LOG_MQTT_FAILED, E, "datayoti", "MQTT connection failed", "broker-failed")                                    \
    X(DY_LOG_RETRY, I, "datayoti", "next attempt in %u s", "")                                                         \
    X(DY_LOG_MEASURED, I, "datayoti", "measured %s C, %s %%", "reading")                                               \
    X(DY_LOG_PUBLISHED, I, "datayoti", "published %s C, %s %%, %u waiting", "reading-sent")                            \
    X(DY_LOG_DHT_SILENT, E, "dht%u", "no response pulse", "dht-silent")                                                \
    X(DY_LOG_DHT_CHECKSUM, E, "dht%u", "checksum error", "dht-checksum")                                               \
    X(DY_LOG_DHT_BAD, E, "dht%u", "unreadable answer", "dht-checksum")                                                 \
    X(DY_LOG_DHT_IMPLAUSIBLE, E, "dht%u", "impossible value", "dht-implausible")                                       \
    X(DY_LOG_QUEUE_FULL, W, "datayoti", "queue full, %u oldest readings dropped", "queue-full")                        \
    X(DY_LOG_QUEUE_LEFT, I, "datayoti", "%u readings wait from before", "")                                            \
    X(DY_LOG_UNDATABLE, W, "datayoti", "reading from before the restart has no time, dropped", "queue-undatable")      \
    X(DY_LOG_HEAP_LOW, W, "datayoti", "heap low: %u bytes", "heap-low")                                                \
    X(DY_LOG_HEAP_CRITICAL, E, "datayoti", "heap critical: %u bytes", "heap-low")                                      \
    X(DY_LOG_COMMAND, I, "datayoti", "command %s", "")                                                                 \
    X(DY_LOG_BAD_COMMAND, W, "datayoti", "message on %s makes no sense", "")                                           \
    X(DY_LOG_WIFI_STORED, I, "datayoti", "Wi-Fi \"%s\" stored", "")                                                    \
    X(DY_LOG_NOT_STORED, E, "datayoti", "NVS cannot be written", "configuration-unreadable")                           \
    X(DY_LOG_FACTORY_RESET, W, "datayoti", "factory reset", "factory-reset")

/** How long the button is held, in milliseconds, until the board forgets its configuration. */
#define DY_FACTORY_RESET_MS 10000

#endif
