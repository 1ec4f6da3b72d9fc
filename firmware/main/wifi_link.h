#ifndef DATAYOTI_WIFI_LINK_H
#define DATAYOTI_WIFI_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "datayoti/sensor.h"
#include "events.h"

/**
 * The Wi-Fi station: open networks, WPA2 and WPA3. All functions belong to the sensor's task; ESP-IDF's event task only
 * puts into the queue what it is told. When to try again is the core's business.
 */

/** Starts the driver, joins nothing. */
void wifi_link_init(const char *hostname);

void wifi_link_join(const char *ssid, const char *password);
void wifi_link_leave(void);
/** @returns false where no scan can be begun now */
bool wifi_link_scan(void);
/** dBm. @returns false while on no network */
bool wifi_link_rssi(int *rssi);

/** Takes an event of the Wi-Fi and tells the sensor what it means. */
void wifi_link_handle(dy_sensor *sensor, const app_event *event, uint64_t now_ms);

/** Until when `wifi_link_tick` wants to be called; UINT64_MAX: not at all. */
uint64_t wifi_link_deadline(void);
/** Gives up an address that does not come, and waiting for a driver that does not answer. */
void wifi_link_tick(dy_sensor *sensor, uint64_t now_ms);

#endif
