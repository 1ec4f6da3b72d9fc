#ifndef DATAYOTI_BROKER_LINK_H
#define DATAYOTI_BROKER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datayoti/port.h"
#include "datayoti/sensor.h"
#include "events.h"

/**
 * The connection to the broker through esp-mqtt. All functions belong to the sensor's task. Each attempt has a client of
 * its own, and a number: what the client of an earlier attempt still says is not passed on. Giving a client up can take as
 * long as its network operation does, so that another task waits for that.
 */

void broker_link_init(void);

void broker_link_connect(const dy_mqtt_setup *setup);
void broker_link_stop(void);
/** As `broker_link_stop`, and waits a moment until the broker was told: it must not publish the last will. */
void broker_link_leave(void);
bool broker_link_subscribe(const char *topic);
int32_t broker_link_publish(const char *topic, const char *payload, size_t length, bool retained);

/** Takes an event of the broker and tells the sensor what it means. */
void broker_link_handle(dy_sensor *sensor, const app_event *event, uint64_t now_ms);

#endif
