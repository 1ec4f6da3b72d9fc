#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include <mosquitto.h>

#include <datayoti/sensor.h>

/**
 * MQTT by libmosquitto, without threads; what happens is told to the sensor from `mqtt_client_turn`. Connecting waits for
 * TCP, unlike on the chip: a host that answers neither yes nor no holds the program up for as long as the system tries.
 */
typedef struct {
    struct mosquitto *client;
    dy_sensor *sensor;
    uint64_t (*now_ms)(void);
    /** The connection, or the attempt, is over: to be told at the next turn. */
    bool over;
    dy_mqtt_failure why;
    bool up;
    char ca_path[32];
} mqtt_client;

void mqtt_client_connect(mqtt_client *client, const dy_mqtt_setup *setup);
void mqtt_client_stop(mqtt_client *client);
bool mqtt_client_subscribe(mqtt_client *client, const char *topic);
int32_t mqtt_client_publish(mqtt_client *client, const char *topic, const char *payload, size_t length, bool retained);
/** To poll; -1: none. @param writing set where there is something to write */
int mqtt_client_socket(mqtt_client *client, bool *writing);
/** Reads, writes, and tells. */
void mqtt_client_turn(mqtt_client *client);

#endif
