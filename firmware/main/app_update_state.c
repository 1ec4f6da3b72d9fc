#include "app_update_state.h"

#include "esp_err.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "sdkconfig.h"

void app_update_confirm(void)
{
#if CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
    esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;
    const esp_partition_t *running = esp_ota_get_running_partition();
    if (running == NULL || esp_ota_get_state_partition(running, &state) != ESP_OK) return;
    if (state != ESP_OTA_IMG_PENDING_VERIFY) return;
    if (esp_ota_mark_app_valid_cancel_rollback() == ESP_OK) ESP_LOGI("datayoti", "update confirmed");
#endif
}
