#ifndef DATAYOTI_APP_UPDATE_STATE_H
#define DATAYOTI_APP_UPDATE_STATE_H

/**
 * The application has reached its broker: after an update it stays. Until then the boot loader would go back to the one
 * before at the next start. Does nothing where there is nothing to decide.
 */
void app_update_confirm(void);

#endif
