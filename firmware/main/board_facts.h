#ifndef DATAYOTI_BOARD_FACTS_H
#define DATAYOTI_BOARD_FACTS_H

#include "datayoti/sensor.h"

/** MAC address of the Wi-Fi station, version of the application, chip, and why the board started. */
dy_identity board_identity(void);

/** Name on the network, `datayoti-` and the last two bytes of the address in small letters. */
void board_hostname(const dy_identity *identity, char name[16]);

#endif
