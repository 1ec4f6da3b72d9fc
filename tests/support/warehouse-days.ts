import type { Database } from '../../src/main/storage/index.ts';

/**
 * The warehouse's arithmetic step by step on the raw rows of a site's devices, as its models have it: nothing of a
 * rollup, nothing left out for speed.
 */
export async function warehouseDays(
  owner: Database,
  siteRef: string,
): Promise<{
  readonly sites: readonly {
    readonly day: string;
    readonly complianceRate: number | null;
    readonly criticalViolations: number;
    readonly rules: number;
  }[];
  readonly rules: readonly { readonly day: string; readonly id: number; readonly compliant: boolean }[];
}> {
  const steps = `with cleaned as (
      select s.device_mac_addr, s.time, s.temperature::float8 as temperature, s.humidity::float8 as humidity
      from sensor_data s
      where s.time is not null and s.device_mac_addr is not null and s.temperature is not null and s.humidity is not null
    ),
    per_device as (
      select device_mac_addr, date_trunc('day', time at time zone 'UTC')::date as day, min(temperature) as min_temperature,
        max(temperature) as max_temperature, avg(temperature) as avg_temperature, min(humidity) as min_humidity,
        max(humidity) as max_humidity, count(*) as total_readings
      from cleaned group by 1, 2
    ),
    per_site as (
      select d.site_ref, p.day, avg(p.min_temperature) as min_temperature_on_site, avg(p.max_temperature) as max_temperature_on_site,
        avg(p.min_humidity) as min_humidity_on_site, avg(p.max_humidity) as max_humidity_on_site,
        abs(avg(p.max_temperature) - avg(p.min_temperature)) as stability,
        case when sum(p.total_readings) >= 1440 then 1.0 else sum(p.total_readings) / 1440.0 end as uptime_ratio,
        case when avg(p.min_temperature) > 5 and avg(p.min_humidity) > 10 and sum(p.total_readings) >= 50 then 1.0 else 0.0 end
          as data_validity
      from per_device p join devices d on d.device_mac_addr = p.device_mac_addr
      group by 1, 2
    ),
    judged as (
      select s.day, r.id, r.criticality, case
        when r.metric_type = 'temperature_range' then
          case when s.min_temperature_on_site >= r.min_allowed and s.max_temperature_on_site <= r.max_allowed then true else false end
        when r.metric_type = 'humidity_floor' then case when s.min_humidity_on_site >= r.min_allowed then true else false end
        when r.metric_type = 'humidity_ceiling' then case when s.max_humidity_on_site <= r.max_allowed then true else false end
        when r.metric_type = 'temperature_stability' then case when s.stability <= r.max_allowed then true else false end
        when r.metric_type = 'uptime_ratio' then case when s.uptime_ratio >= r.min_allowed then true else false end
        when r.metric_type = 'data_validity' then case when s.data_validity >= r.min_allowed then true else false end
        end as is_compliant
      from per_site s join field.conformity_rules r on r.site_ref = s.site_ref where s.site_ref = $1
    )`;
  const { rows: rules } = await owner.query<{ day: string; id: number; compliant: boolean }>(
    `${steps} select day::text as day, id, is_compliant as compliant from judged order by day, id`,
    [siteRef],
  );
  const { rows: sites } = await owner.query<{
    day: string;
    complianceRate: number | null;
    criticalViolations: number;
    rules: number;
  }>(
    `${steps} select s.day::text as day, round(avg(case when j.is_compliant then 1 else 0 end) filter (where j.id is not null)::numeric, 2)::float8
         as "complianceRate",
       count(*) filter (where j.is_compliant = false and j.criticality = 'HIGH') as "criticalViolations", count(j.id) as rules
     from per_site s left join judged j on j.day = s.day where s.site_ref = $1 group by s.day order by s.day`,
    [siteRef],
  );
  return { sites, rules };
}
