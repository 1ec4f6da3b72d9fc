#ifndef DATAYOTI_SENSOR_PORT_H
#define DATAYOTI_SENSOR_PORT_H

#include "datayoti/port.h"

/** What the core needs, on this chip. */
dy_port sensor_port(void);

#endif
