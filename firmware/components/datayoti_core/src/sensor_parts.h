#ifndef DATAYOTI_SENSOR_PARTS_H
#define DATAYOTI_SENSOR_PARTS_H

#include "datayoti/sensor.h"

/** What the files of the sensor do for one another. */

#define DY_NEVER UINT64_MAX
#define DY_FIRMWARE_NAME "datayoti-sensor"

/** Logs a line of the table; control characters within become '?'. */
void dy_say(dy_sensor *sensor, dy_log_id id, ...);
/** A line whose tag names the DHT. */
void dy_say_dht(dy_sensor *sensor, dy_log_id id);

uint64_t dy_min(uint64_t a, uint64_t b);

/* sensor.c */
/** Logs the site, or why there is no configuration to work with. */
void dy_tell_configuration(dy_sensor *sensor);

/* sensor_connect.c */
void dy_connect_begin(dy_sensor *sensor, uint64_t now_ms);
void dy_connect_event(dy_sensor *sensor, const dy_conn_event *event, uint64_t now_ms);
/** Looks at the signal when it is due, and lets the connection's time pass. */
void dy_connect_step(dy_sensor *sensor, uint64_t now_ms);
uint64_t dy_connect_next(const dy_sensor *sensor);
bool dy_on_network(const dy_sensor *sensor);

/* sensor_measure.c */
void dy_measure_begin(dy_sensor *sensor, uint64_t now_ms);
/** As soon as the element may be asked again, outside of the interval. */
void dy_measure_now(dy_sensor *sensor, uint64_t now_ms);
void dy_measure_step(dy_sensor *sensor, uint64_t now_ms);
uint64_t dy_measure_next(const dy_sensor *sensor);

/* sensor_send.c */
/** After the connection: birth, subscriptions, first heartbeat. */
void dy_send_begin(dy_sensor *sensor, uint64_t now_ms);
/** What was under way is sent again later. */
void dy_send_lost(dy_sensor *sensor);
void dy_send_step(dy_sensor *sensor, uint64_t now_ms);
uint64_t dy_send_next(const dy_sensor *sensor);
void dy_send_status(dy_sensor *sensor, bool online, uint64_t now_ms);
/** Says how many readings were lost since it was last said. */
void dy_tell_drops(dy_sensor *sensor);

/* sensor_improv.c */
/** The network that was given is joined, or cannot be. */
void dy_improv_joined(dy_sensor *sensor);
void dy_improv_refused(dy_sensor *sensor, uint64_t now_ms);
void dy_improv_step(dy_sensor *sensor, uint64_t now_ms);
uint64_t dy_improv_next(const dy_sensor *sensor);
void dy_improv_tell_state(dy_sensor *sensor);

/* sensor_command.c */
void dy_command_step(dy_sensor *sensor, uint64_t now_ms);
uint64_t dy_command_next(const dy_sensor *sensor);
void dy_take_time(dy_sensor *sensor, dy_clock_source source, int64_t epoch_ms, uint64_t now_ms);

#endif
