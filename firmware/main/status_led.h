#ifndef DATAYOTI_STATUS_LED_H
#define DATAYOTI_STATUS_LED_H

#include <stdbool.h>
#include <stdint.h>

/** @param dht_gpio where the DHT is: an LED on the same pin stays as it is */
void status_led_init(uint8_t dht_gpio);
void status_led_set(bool on);

#endif
