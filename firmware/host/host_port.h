#ifndef HOST_PORT_H
#define HOST_PORT_H

#include "mqtt_client.h"
#include "nvs_file.h"
#include "serial_line.h"

#define AIR_NETWORKS 16

/** A network in the air, its password with it. */
typedef struct {
    char ssid[DY_SSID_SIZE];
    char pass[DY_WIFI_PASS_SIZE];
    int rssi;
} air_network;

/** What the computer lends the sensor, and what is pretended: the air, the time server, the element. */
typedef struct {
    dy_sensor sensor;
    dy_config config;
    nvs_file nvs;
    serial_line line;
    mqtt_client mqtt;
    /** None: whatever network is asked for is there. */
    air_network air[AIR_NETWORKS];
    size_t networks;
    bool has_air, has_time, has_dht, restart;
    /** dBm of the network that was joined; 0: none. */
    int rssi;
    uint32_t least_memory;
    /** Monotonic times at which an answer is due; UINT64_MAX: none. */
    uint64_t wifi_answer_ms, time_answer_ms, dht_answer_ms, scan_answer_ms;
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
} host;

/** Milliseconds of the computer's monotonic clock since the program began. */
uint64_t host_now_ms(void);
/** Lines of network name, password and dBm with a tab between. @returns false, having said why */
bool host_read_air(host *h, const char *path);
dy_port host_port(host *h);
/** Gives the answers that are due. */
void host_answer(host *h);
uint64_t host_next_answer_ms(const host *h);

#endif
