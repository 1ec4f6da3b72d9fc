#include "mqtt_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** CONNACK of MQTT 3.1.1, section 3.2.2.3. */
static dy_mqtt_failure failure_of(int code)
{
    if (code == 4) return DY_MQTT_REFUSED_LOGIN;
    if (code == 5) return DY_MQTT_REFUSED_RIGHTS;
    return code == 3 ? DY_MQTT_UNREACHABLE : DY_MQTT_OTHER;
}

static void end(mqtt_client *client, dy_mqtt_failure why)
{
    // The first reason is the cause, what follows its consequence.
    if (!client->over) client->why = why;
    client->over = true;
}

static void on_connect(struct mosquitto *mosquitto, void *ctx, int code)
{
    mqtt_client *client = ctx;
    (void)mosquitto;
    if (code != 0) {
        end(client, failure_of(code));
        return;
    }
    client->up = true;
    dy_sensor_on_mqtt_up(client->sensor, client->now_ms());
}

static void on_disconnect(struct mosquitto *mosquitto, void *ctx, int code)
{
    mqtt_client *client = ctx;
    (void)mosquitto, (void)code;
    end(client, client->up ? DY_MQTT_LOST : DY_MQTT_UNREACHABLE);
}

static void on_publish(struct mosquitto *mosquitto, void *ctx, int message)
{
    mqtt_client *client = ctx;
    (void)mosquitto;
    dy_sensor_on_acknowledged(client->sensor, message, client->now_ms());
}

static void on_message(struct mosquitto *mosquitto, void *ctx, const struct mosquitto_message *message)
{
    mqtt_client *client = ctx;
    (void)mosquitto;
    dy_sensor_on_message(client->sensor, message->topic, strlen(message->topic), message->payload,
                         (size_t)message->payloadlen, client->now_ms());
}

/** libmosquitto takes the authority from a file. */
static bool use_tls(mqtt_client *client, const char *ca)
{
    if (ca == NULL) return mosquitto_tls_set(client->client, NULL, "/etc/ssl/certs", NULL, NULL, NULL) == 0;
    strcpy(client->ca_path, "/tmp/datayoti-ca-XXXXXX");
    int descriptor = mkstemp(client->ca_path);
    if (descriptor < 0) return false;
    bool written = write(descriptor, ca, strlen(ca)) == (ssize_t)strlen(ca);
    (void)close(descriptor);
    return written && mosquitto_tls_set(client->client, client->ca_path, NULL, NULL, NULL, NULL) == 0;
}

static bool set_up(mqtt_client *client, const dy_mqtt_setup *setup)
{
    if (mosquitto_username_pw_set(client->client, setup->user, setup->password) != 0) return false;
    int length = (int)strlen(setup->will_payload);
    if (mosquitto_will_set(client->client, setup->will_topic, length, setup->will_payload, 1, true) != 0) return false;
    mosquitto_connect_callback_set(client->client, on_connect);
    mosquitto_disconnect_callback_set(client->client, on_disconnect);
    mosquitto_publish_callback_set(client->client, on_publish);
    mosquitto_message_callback_set(client->client, on_message);
    return true;
}

void mqtt_client_connect(mqtt_client *client, const dy_mqtt_setup *setup)
{
    mqtt_client_stop(client);
    client->client = mosquitto_new(setup->client_id, true, client);
    if (client->client == NULL || !set_up(client, setup)) {
        end(client, DY_MQTT_OTHER);
        return;
    }
    if (setup->tls && !use_tls(client, setup->ca)) {
        end(client, DY_MQTT_TLS);
        return;
    }
    int result = mosquitto_connect(client->client, setup->host, setup->port, setup->keepalive_s);
    if (result != MOSQ_ERR_SUCCESS) end(client, result == MOSQ_ERR_TLS ? DY_MQTT_TLS : DY_MQTT_UNREACHABLE);
}

void mqtt_client_stop(mqtt_client *client)
{
    if (client->client != NULL) {
        (void)mosquitto_disconnect(client->client);
        (void)mosquitto_loop_write(client->client, 1);
        mosquitto_destroy(client->client);
    }
    if (client->ca_path[0] != '\0') (void)unlink(client->ca_path);
    client->ca_path[0] = '\0';
    client->client = NULL;
    client->over = client->up = false;
}

bool mqtt_client_subscribe(mqtt_client *client, const char *topic)
{
    return client->client != NULL && mosquitto_subscribe(client->client, NULL, topic, 1) == MOSQ_ERR_SUCCESS;
}

int32_t mqtt_client_publish(mqtt_client *client, const char *topic, const char *payload, size_t length, bool retained)
{
    int message;
    if (client->client == NULL || client->over) return -1;
    int result = mosquitto_publish(client->client, &message, topic, (int)length, payload, 1, retained);
    return result == MOSQ_ERR_SUCCESS ? message : -1;
}

int mqtt_client_socket(mqtt_client *client, bool *writing)
{
    *writing = client->client != NULL && mosquitto_want_write(client->client);
    return client->client == NULL ? -1 : mosquitto_socket(client->client);
}

void mqtt_client_turn(mqtt_client *client)
{
    if (client->client != NULL && !client->over) {
        int result = mosquitto_loop_read(client->client, 10);
        if (result == MOSQ_ERR_SUCCESS) result = mosquitto_loop_write(client->client, 10);
        if (result == MOSQ_ERR_SUCCESS) result = mosquitto_loop_misc(client->client);
        if (result == MOSQ_ERR_TLS) client->why = DY_MQTT_TLS, client->over = true;
        else if (result != MOSQ_ERR_SUCCESS) end(client, client->up ? DY_MQTT_LOST : DY_MQTT_UNREACHABLE);
    }
    if (!client->over) return;
    dy_mqtt_failure why = client->why;
    mqtt_client_stop(client);
    dy_sensor_on_mqtt_down(client->sensor, why, client->now_ms());
}
