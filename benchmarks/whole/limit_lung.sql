-- The 22 indicators of the lung report, by hand: one scan of each event table, few statements, DuckDB over parquet. It is
-- the limit that a build is held against: what the answer costs where nothing is kept, explained or tested. It counts keys
-- by indicator, status and whether they are counted, and nothing else: no reasons, no dates of results, no marts, no
-- periods. `limit_lung.py` runs it and says how far its counts are from those of the build.

-- the kinds of members, and of denominators
create type mm as enum ('nsclc', 'squamous', 'sclc', 'lung', 'meso', 'spread', 's1', 's2', 's1b2a', 's3', 's4',
  'path', 'ecog', 'ecogfit', 'lungf', 'genes', 'smoke', 'gp', 'mdt', 'palliative', 'txdecl', 'testdecl', 'tx', 'spec',
  'nurse', 'chest', 'sact', 'txday', 'crt', 'conc', 'care', 'crtsact');
create type dd as enum ('early', 'earlyno', 'fit3', 'sclc', 'sclcpath', 'sclc13', 's4nsclc', 's4nonsq', 'surg13',
  'surg1b', 'rt13', 's4care', 's4', 'gp', 'death', 'full');

-- tags: concepts, each with the tags that the rules give it
create temp table anc as select ancestor_concept_id as a, descendant_concept_id as d from
    read_parquet(getvariable('folder') || '/concept_ancestor.parquet') where descendant_concept_id <> 0;
create temp table tag as
select tag, c from below(4115276, 'nsclc') union all select tag, c from these([2000000012], 'squamous') union all
    select tag, c from below(4110705, 'sclc') union all select tag, c from members('lung_cancer', 'lung')
union all select tag, c from these([36770283, 36768083, 36768171, 36769532, 36770091], 'spread') union all select
    tag, c from members('metastasis_modifiers', 'mets') union all select tag, c from members('stage_modifiers',
    'stage')
union all select tag, c from below(1635838, 's1') union all select tag, c from below(1635131, 's2') union all select
    tag, c from these([2000000049, 2000000050], 's1b2a') union all select tag, c from below(1634191, 's3')
union all select tag, c from below(1633987, 's4') union all select tag, c from below(1635740, 'pstage')
union all select tag, c from these([2000000051], 'tissue') union all select tag, c from these([36305384], 'ecog')
    union all select tag, c from these([3024653], 'lungf') union all select tag, c from these([2000000055], 'genes')
union all select tag, c from these([43054909], 'smoke') union all select tag, c from these([2000000065], 'gp') union
    all select tag, c from these([2000000066], 'gpv') union all select tag, c from these([44790273], 'mdt')
union all select tag, c from members('specialist_consultations', 'consult') union all select tag, c from
    these([4295043], 'nurse') union all select tag, c from these([4127745], 'palliative')
union all select tag, c from these([2000000071], 'trial') union all select tag, c from these([2000000072], 'declined')
union all select tag, c from members('cancer_surgery', 'surgery') union all select tag, c from below_but(4301352,
    'chest', 2000000084) union all select tag, c from members('radiotherapy_procedures', 'rt')
union all select tag, c from these([2000000088], 'heat') union all select tag, c from these([2000000091], 'stent')
    union all select tag, c from members('cancer_medicines', 'drug')
union all select tag, c from members('intent_cure_radiotherapy', 'icure') union all select tag, c from
    members('intent_palliate_radiotherapy', 'ipall')
union all select tag, c from members('specialist_specialties', 'spec') union all select tag, c from
    these([2000000121], 'nspec');
create temp table code as select lower(concept_code) as code from read_parquet(getvariable('folder') ||
    '/concept.parquet') where concept_id in (44499065,44499069,44499067,44499070) and concept_code <> '';

-- episodes: the spine: roots, nested and treatment episodes, windows of care
create temp table e as
select person_id as p, episode_id as e, case when episode_concept_id = 32533 then 'd' when episode_concept_id in
    (32531,32532,32939,32940,32941) then 't' else 'n' end as k0,
  nullif(episode_parent_id, episode_id) as up, episode_concept_id as kind_id, coalesce(episode_start_datetime::date,
    episode_start_date) as s, coalesce(episode_end_datetime::date, episode_end_date) as f
from read_parquet(getvariable('folder') || '/episode.parquet') where person_id is not null and episode_id is not null
qualify row_number() over (partition by person_id, episode_id order by s nulls last, f desc nulls first,
    episode_concept_id nulls last, episode_object_concept_id nulls last, episode_parent_id nulls last) = 1;
create temp table e1 as select a.*exclude(up), b.e as up, case when a.k0 = 'd' and b.k0 = 'd' then 'n' else a.k0 end
    as k from e a left join e b on a.p = b.p and a.up = b.e;
create temp table line as
select a.p, a.e, a.k, a.kind_id, a.s, a.f,
  case when a.k='d' then a.e when b.k='d' then b.e when c.k='d' then c.e when g.k='d' then g.e end as root,
  case when a.k='n' then a.e when a.k='t' and b.k='n' then b.e when a.k='t' and b.k='t' and c.k='n' then c.e when
    a.k='t' and b.k='t' and c.k='t' and g.k='n' then g.e end as nested,
  case when a.k='t' then case when b.k='t' then case when c.k='t' then case when g.k='t' then g.e else c.e end else
    b.e end else a.e end end as tre
from e1 a left join e1 b on a.p=b.p and a.k<>'d' and a.up=b.e left join e1 c on a.p=c.p and b.k<>'d' and b.up=c.e
    left join e1 g on a.p=g.p and c.k<>'d' and c.up=g.e;
create temp table care as
select r.p, r.e, r.s, r.s - 90 as w0, case when r.s is not null then w.w1 end as w1 from line r
left join (select p, root, max(coalesce(f, s + 365)) as w1 from line where root is not null and k in ('d','n') and s
    is not null group by all) w on r.p = w.p and r.e = w.root
where r.e = r.root;
create temp table ee as select episode_id as e, event_id as v, case episode_event_field_concept_id when 1147127 then
    'c' when 1147094 then 'd' when 1147082 then 'p'
  when 1147138 then 'm' when 1147165 then 'o' when 1147070 then 'v' when 1147115 then 'x' when 756290 then 'e' end
    as t from read_parquet(getvariable('folder') || '/episode_event.parquet') where event_id is not null;
create temp table link as select distinct ee.t, l.p, ee.v, l.root as e, l.nested, l.tre from ee join line l on ee.e
    = l.e where l.root is not null and ee.t is not null;
create temp table te as select l.p, coalesce(l.tre, l.e) as tre, ee.t, ee.v from line l join ee on l.e = ee.e where
    l.k = 't' and ee.t is not null
  union select p, coalesce(tre, e), 'e', e from line where k = 't';

-- scan: events: one scan a table, only what a tag or a link needs
create temp table ev as
select 'm' as t, measurement_id as v, person_id as p, coalesce(measurement_datetime::date, measurement_date) as d,
    measurement_concept_id as c, value_as_concept_id as vc, value_as_number as num, null::varchar as txt,
   case when meas_event_field_concept_id is not null then measurement_event_id end as mv,
    meas_event_field_concept_id as mf, null::date as f
 from read_parquet(getvariable('folder') || '/measurement.parquet') where measurement_concept_id in (select c from
    tag) or value_as_concept_id in (select c from tag where tag in ('icure','ipall'));
insert into ev select 'o', observation_id, person_id, coalesce(observation_datetime::date, observation_date),
    observation_concept_id, value_as_concept_id, null, value_as_string, observation_event_id,
    obs_event_field_concept_id, null
 from read_parquet(getvariable('folder') || '/observation.parquet') where observation_concept_id in (select c from
    tag) or value_as_concept_id in (select c from tag where tag in ('icure','ipall'));
insert into ev select 'p', procedure_occurrence_id, person_id, coalesce(procedure_datetime::date, procedure_date),
    procedure_concept_id, modifier_concept_id, null, null, null, null, coalesce(procedure_end_datetime::date,
    procedure_end_date)
 from read_parquet(getvariable('folder') || '/procedure_occurrence.parquet') where procedure_concept_id in (select c
    from tag) or modifier_concept_id in (select c from tag where tag in ('icure','ipall'));
insert into ev select 'd', drug_exposure_id, person_id, coalesce(drug_exposure_start_datetime::date,
    drug_exposure_start_date), drug_concept_id, null, case when drug_concept_id in (select c from tag where
    tag='drug') or starts_with(lower(drug_source_value), 'sact ') then 1 end, null, null, null,
  coalesce(drug_exposure_end_datetime::date, drug_exposure_end_date)
 from read_parquet(getvariable('folder') || '/drug_exposure.parquet') where drug_concept_id in (select c from tag
    where tag = 'drug') or starts_with(lower(drug_source_value), 'sact ') or drug_exposure_id in (select v from te
    where t = 'd');
insert into ev select 'v', visit_occurrence_id, person_id, coalesce(visit_start_datetime::date, visit_start_date),
    visit_concept_id, pr.spec, null, null, null, null, null
 from read_parquet(getvariable('folder') || '/visit_occurrence.parquet') left join (select provider_id,
    max(nullif(specialty_concept_id, 0)) as spec from read_parquet(getvariable('folder') || '/provider.parquet')
    group by 1) pr using (provider_id)
 where visit_concept_id = 2000000066 or pr.spec in (select c from tag where tag in ('spec','nspec'));
insert into ev select 'x', device_exposure_id, person_id, coalesce(device_exposure_start_datetime::date,
    device_exposure_start_date), device_concept_id, null, null, null, null, null, null from
    read_parquet(getvariable('folder') || '/device_exposure.parquet') where device_concept_id = 2000000091;
insert into ev select 'c', condition_occurrence_id, person_id, coalesce(condition_start_datetime::date,
    condition_start_date), condition_concept_id, null,
   case when exists (select 1 from code where contains(lower(condition_source_value), code)) then 1 end, null, null,
    null, null
 from read_parquet(getvariable('folder') || '/condition_occurrence.parquet') where condition_concept_id in (select c
    from tag) or exists (select 1 from code where contains(lower(condition_source_value), code))
   or condition_occurrence_id in (select mv from ev where t = 'm' and mf = 1147127);

-- attach: the episode of each event: by link, else by dates
create temp table att as
with w as (select row_number() over () as r, * from ev where p is not null),
l as (select w.*, link.e, link.nested, link.v is not null as linked, link.tre from w left join link on w.t = link.t
    and w.p = link.p and w.v = link.v),
un as (select l.r, care.e from l join care on l.p = care.p and l.d between care.w0 and care.w1 where not l.linked
    and l.d is not null
  qualify row_number() over (partition by l.r order by case when l.d >= care.s and l.d < care.s + 365 then 1 when
    l.d < care.s and l.d >= care.s - 60 then 2 when l.d >= care.s then 3 else 4 end, abs(l.d - care.s), care.e) = 1)
select l.t, l.v, l.p, coalesce(l.e, un.e) as e, l.nested, l.d, l.f, l.c, l.vc, l.num, l.txt, l.mv, l.mf, l.tre from
    l left join un on l.r = un.r and not l.linked;

-- treatments: treatment episodes, intent, and the members of all measures
create temp table tm as
with g as (
 select te.p, te.tre, 'd' as m, x.d as s, coalesce(x.f, x.d) as f from te join ev x on te.t = 'd' and x.t = 'd' and
    te.p = x.p and te.v = x.v
 union all select te.p, te.tre, 'r', x.d, coalesce(x.f, x.d) from te join ev x on te.t = 'p' and x.t = 'p' and te.p
    = x.p and te.v = x.v and x.c in (select c from tag where tag = 'rt')),
sp as (select p, tre, m, min(s) as s, max(f) as f from g group by all)
select sp.p, l.root as e, sp.tre, sp.m, coalesce(sp.s, l.s) as s, coalesce(sp.f, l.f) as f, l.kind_id from sp join
    line l on sp.p = l.p and sp.tre = l.e where sp.m = 'r' or l.kind_id <> 32939;
create temp table intent as
with r as (select x.t, x.p, x.v, x.mv, x.mf, tag.tag from ev x join tag on tag.tag in ('icure','ipall') and x.t in
    ('m','o','p') and (x.c = tag.c or x.vc = tag.c)),
pl as (select p, t, v, tag from r union all select p, case mf when 1147127 then 'c' when 1147094 then 'd' when
    1147082 then 'p' when 1147138 then 'm' when 1147165 then 'o' when 1147070 then 'v' when 1147115 then 'x' when
    756290 then 'e' end, mv, tag from r where mf is not null)
select tm.p, tm.tre from pl join te on pl.p = te.p and pl.t = te.t and pl.v = te.v join tm on te.p = tm.p and te.tre
    = tm.tre and tm.m = 'r' group by all having min(tag) = 'icure' and max(tag) = 'icure';
create temp table mem (m mm, p bigint, e bigint, d date);
insert into mem
with cd as (select a.p, a.e, a.c, a.num, care.s as d from att a join care on a.p = care.p and a.e = care.e
   left join (select p, v, e, max((nested is null and tre is null)::int) as direct from link where t = 'c' group by
    all) dl on a.p = dl.p and a.v = dl.v and a.e = dl.e
   where a.t = 'c' and a.e is not null and a.nested is null and coalesce(dl.direct, 1) = 1),
mo as (select distinct a.p, a.v, a.d, a.c, a.mv from att a where t = 'm' and c in (select c from tag where tag in
    ('mets','stage'))),
ce as (select distinct p, v, e from att where t = 'c' and (e is not null or nested is not null)),
via as (select distinct mo.p, mo.v, mo.d, ce.e from (select distinct p, v, d, mv from att where t='m' and mf =
    1147127 and c in (select c from tag where tag in ('mets','stage'))) mo join ce on mo.p = ce.p and mo.mv = ce.v),
dx as (select mo.p, via.e, mo.d, mo.c from mo join via on mo.p = via.p and mo.v = via.v and mo.d is not distinct
    from via.d
  union all select a.p, a.e, a.d, a.c from att a left join via on a.p = via.p and a.v = via.v and a.d is not
    distinct from via.d where a.t = 'm' and via.v is null and a.c in (select c from tag where tag in
    ('mets','stage'))),
leaf as (
 select tag.tag as m, cd.p, cd.e, cd.d from cd join tag on cd.c = tag.c and tag.tag in
    ('nsclc','squamous','sclc','lung')
 union all select 'meso', cd.p, cd.e, cd.d from cd join (select person_id as p, coalesce(birth_datetime::date,
    make_date(year_of_birth, coalesce(month_of_birth,1), coalesce(day_of_birth,1))) as b from
    read_parquet(getvariable('folder') || '/person.parquet')) b on cd.p = b.p where cd.num = 1 and cd.d >= b.b +
    interval 216 month
 union all select 'spread', p, e, d from att where t = 'c' and c in (36770283,36768083,36768171,36769532,36770091)
 union all select case tag.tag when 'pstage' then 'path' else tag.tag end, dx.p, dx.e, dx.d from dx join tag on dx.c
    = tag.c and tag.tag in ('spread','s1','s2','s1b2a','s3','s4','pstage')
 union all select case tag.tag when 'tissue' then 'path' else tag.tag end, p, e, d from att join tag on att.c =
    tag.c and att.t = 'm' and
   (tag.tag = 'tissue' and vc = 2000000052 or tag.tag = 'ecog' and num between 0 and 4 or tag.tag = 'lungf' and num
    is not null or tag.tag = 'genes' and coalesce(vc <> 2000000058, true))
 union all select 'ecogfit', p, e, d from att where t = 'm' and c = 36305384 and num between 0 and 1
 union all select tag.tag, p, e, d from att join tag on att.c = tag.c and att.t = 'o' and
   (tag.tag = 'smoke' and coalesce(vc, 0) <> 0 and vc <> 2000000064 or tag.tag in ('gp','mdt','palliative'))
 union all select case vc when 2000000073 then 'txdecl' else 'testdecl' end, p, e, d from att where t = 'o' and c =
    2000000072 and vc in (2000000073, 2000000074)
 union all select case tag.tag when 'surgery' then 'tx' when 'heat' then 'tx' when 'rt' then 'tx' when 'consult'
    then 'spec' else tag.tag end, p, e, d from att join tag on att.c = tag.c and att.t = 'p' and tag.tag in
    ('mdt','consult','nurse','surgery','chest','rt','heat')
 and (tag.tag <> 'chest' or att.c in (select c from tag where tag = 'surgery'))
 union all select 'gp', p, e, d from att where t = 'v' and c = 2000000066
 union all select case tag.tag when 'nspec' then 'nurse' else 'spec' end, p, e, d from att join tag on att.vc =
    tag.c and att.t = 'v' and tag.tag in ('spec','nspec')
 union all select 'tx', p, e, d from att where t = 'x' or t = 'd' and num = 1
 union all select 'sact', p, e, d from att where t = 'd' and num = 1
 union all select 'sact', p, e, s from tm where m = 'd' and coalesce(kind_id, 0) <> 0 union all select 'tx', p, e, s
    from tm where coalesce(kind_id, 0) <> 0
 union all select 'txday', p, e, f from tm
 union all select 'txday', p, e, f from att where t = 'p' and c in (select c from tag where tag = 'surgery')
 union all select 'crt', tm.p, tm.e, tm.s from tm join intent i on tm.p = i.p and tm.tre = i.tre where tm.m = 'r'
 union all select 'conc', c.p, c.e, min(greatest(c.s, r.s)) from tm c join tm r on c.m = 'd' and r.m = 'r' and c.p =
    r.p and c.e = r.e and c.s is not null and r.s is not null
    and (c.f is null or r.s <= greatest(c.f, c.s)) and (r.f is null or c.s <= greatest(r.f, r.s)) group by c.p, c.e
)
select distinct m::mm, p, e, d from leaf where e is not null;
insert into mem select 'care', p, e, s from care;
create temp table pm as select 'trial' as m, p, d from ev where t = 'o' and c = 2000000071 and txt = 'enrolled'
 union all select case when dd is null then 'death0' else 'death' end, p, dd from (select person_id as p,
    coalesce(death_datetime::date, death_date) as dd from read_parquet(getvariable('folder') || '/death.parquet'));
delete from pm where m = 'death0' and p in (select p from pm where m = 'death');

-- cohort: the cohort, and what each key has
create temp table birth as select person_id as p, coalesce(birth_datetime::date, make_date(year_of_birth,
    coalesce(month_of_birth,1), coalesce(day_of_birth,1))) as b from read_parquet(getvariable('folder') ||
    '/person.parquet');
create temp table cohort as
with th as (select mem.p, e, min(d) as d, 1 as pri from mem join birth using (p) where m = 'lung' group by mem.p, e,
    b having min(d) >= b + interval 216 month and min(d) >= date '2023-01-01'
 union all select p, e, d, 1 from mem where m = 'meso' union all select p, e, d, 0 from mem where m = 'spread'),
k as (select p, e, case when max(pri) = 1 then min(case when pri = 1 then d end) else min(d) end as cd, min(d) as
    anchor from th group by p, e)
select (row_number() over ())::int as k, k.p, k.e, k.cd, exists (select 1 from read_parquet(getvariable('folder') ||
    '/observation_period.parquet') o where o.person_id = k.p and o.observation_period_start_date <= k.anchor and
    (o.observation_period_end_date is null or o.observation_period_end_date >= k.anchor + 30)) as counted from k;
create temp table cm as select mem.m as m, c.k, mem.d from mem join cohort c on mem.p = c.p and mem.e = c.e where
    mem.m not in ('lung','meso','spread');
create temp table x as
with pp as (select p, bool_or(m = 'trial') as trial, bool_or(m = 'death') as dead, bool_or(m = 'death0') as death0
    from pm group by p),
a as (select k, bool_or(m='nsclc') nsclc, min(d) filter (m='nsclc') dn, bool_or(m='sclc') sclc, min(d) filter
    (m='sclc') ds, bool_or(m='squamous') sq,
  bool_or(m in ('s1','s2')) n12, min(d) filter (m in ('s1','s2')) d12, bool_or(m in ('s1','s2','s3')) n13, min(d)
    filter (m in ('s1','s2','s3')) d13, bool_or(m='s1b2a') nb,
  bool_or(m='s3') n3, min(d) filter (m='s3') d3, bool_or(m='s4') n4, min(d) filter (m='s4') d4, bool_or(m='path')
    np, min(d) filter (m='path') dp,
  bool_or(m='chest') nch, min(d) filter (m='chest') dch, bool_or(m='ecogfit') nef, min(d) filter (m='ecogfit') def,
  bool_or(m='crt') ncrt, min(d) filter (m='crt') dcrt, bool_or(m='sact') nsact, min(d) filter (m='sact') dsact,
    min(d) filter (m='gp') dgp, min(d) filter (m='spec') dspec,
  bool_or(m='txdecl') txdecl, bool_or(m='testdecl') testdecl from cm group by k)
select c.p, c.cd, c.counted, a.*, coalesce(pp.trial, false) as trial, coalesce(pp.death0, false) as death0,
    coalesce(dspec <= dgp - 1, false) as bef from cohort c left join a using (k) left join pp on c.p = pp.p;
insert into cm select 'crtsact', k, case when dcrt is null or dsact is null then null else greatest(dcrt, dsact) end
    from x where ncrt and nsact;

-- report: opportunities, numerators, statuses, counts
create temp table den as
select 'early'::dd as m, k, case when dn is null or d12 is null then null else greatest(dn, d12) end as d from x
    where nsclc and n12
union all select 'earlyno', k, case when dn is null or d12 is null then null else greatest(dn, d12) end from x where
    nsclc and n12 and not nch
union all select 'fit3', k, case when dn is null or d3 is null or def is null then null else greatest(dn, d3, def)
    end from x where nsclc and n3 and nef and not coalesce(dch <= d3 + 365, false)
union all select 'sclc', k, ds from x where sclc
union all select 'sclcpath', k, case when ds is null or dp is null then null else greatest(ds, dp) end from x where
    sclc and np
union all select 'sclc13', k, case when ds is null or d13 is null then null else greatest(ds, d13) end from x where
    sclc and n13
union all select 's4nsclc', k, case when dn is null or d4 is null then null else greatest(dn, d4) end from x where
    nsclc and n4
union all select 's4nonsq', k, case when dn is null or d4 is null then null else greatest(dn, d4) end from x where
    nsclc and not sq and n4
union all select case m when 'chest' then 'surg13' else 'rt13' end, k, d from cm join (select k from x where nsclc
    and n13) using (k) where m in ('chest','crt')
union all select 'surg1b', k, d from cm join (select k from x where nsclc and nb) using (k) where m = 'chest'
union all select 's4care', k, d from cm join (select k from x where n4) using (k) where m = 'care'
union all select m::varchar, k, d from cm where m in ('s4','gp')
union all select 'death', k, pm.d from x join pm on pm.m = 'death' and pm.p = x.p
union all select 'full', k, null from x;
create temp table ind (i varchar, den dd, num mm[], ex varchar, xc varchar, dref varchar, wb interval, wa interval,
    db integer, da integer, one boolean, undated boolean);
insert into ind values
('mdt_discussion','full',['mdt'],'trial',null,'c',interval 30 day,interval 42 day,null,null,false,false),
('pathological_confirmation','full',['path'],null,'testdecl',null,null,null,null,null,false,false),
('ecog_documented','full',['ecog'],null,null,null,null,null,null,null,false,true),
('smoking_documented','full',['smoke'],null,null,null,null,null,null,null,false,false),
('lung_function_before_surgery','surg13',['lungf'],null,'testdecl','d',null,interval 0 day,null,null,true,false),
('lung_function_before_radiotherapy','rt13',['lungf'],null,'testdecl','d',null,interval 0 day,null,null,true,false),
('early_stage_surgery','early',['chest'],'trial','txdecl',null,null,null,30,90,false,false),
('early_stage_radiotherapy','earlyno',['crt'],'trial','txdecl',null,null,null,null,null,false,false),
('stage_iii_chemoradiotherapy','fit3',['crtsact'],'trial','txdecl','d',null,interval 6 month,null,null,false,false),
('chemotherapy_around_surgery','surg1b',['sact'],'trial','txdecl','d',interval 6 month,interval 4
    month,null,null,true,false),
('small_cell_therapy','sclc',['sact'],'trial','txdecl',null,null,null,null,null,false,false),
('small_cell_therapy_14_days','sclcpath',['sact'],'trial','txdecl','d',interval 0 day,interval 14
    day,null,null,false,false),
('small_cell_chemoradiotherapy','sclc13',['conc'],'trial','txdecl',null,null,null,null,null,false,false),
('molecular_testing_stage_iv','s4nonsq',['genes'],null,'testdecl',null,null,null,null,null,false,false),
('stage_iv_palliative_referral','s4',['palliative'],'trial',null,'d',interval 30 day,interval 60
    day,null,null,false,false),
('stage_iv_systemic_therapy','s4nsclc',['sact'],'trial','txdecl','d',interval 30 day,null,null,null,false,false),
('any_treatment','full',['tx'],null,'txdecl',null,null,null,null,null,false,false),
('specialist_nurse_at_diagnosis','full',['nurse'],null,null,'c',interval 30 day,interval 30
    day,null,null,false,false),
('treatment_near_death','death',['tx','txday'],null,null,'d',interval 30 day,interval 0 day,0,365,false,false),
('referral_to_specialist','gp',['spec'],'before',null,'d',interval 0 day,null,90,30,true,false),
('referral_to_treatment','gp',['tx','palliative'],'trial','txdecl','d',interval 0 day,null,90,30,true,false),
('diagnosis_to_palliative','s4care',['palliative'],null,null,'d',interval 0 day,null,null,null,false,false);
alter table ind add column n tinyint; update ind set n = rowid;
create temp table opp as
 select ind.n, ind.num, ind.undated, c.k, case when den.m = 'full' then c.cd else den.d end as dd, dref is not null
    as win,
   (case when dref = 'c' then c.cd else den.d end - wb)::date as ws, (case when dref = 'c' then c.cd else den.d end
    + wa)::date as we, wb is not null as hb, wa is not null as ha,
   case when db is null then true else den.d between c.cd - db and c.cd + da end as is_in, ind.one
  from den join ind on den.m = ind.den join cohort c on den.k = c.k;
create temp table res as
with el as (select n, k, bool_or(is_in) as is_in, bool_or(is_in is null) as may_in from opp group by all),
o1 as (select n, num, undated, k, dd, win, ws, we, hb, ha, is_in from opp where coalesce(is_in, true) and not one
    union all
 select n, any_value(num), any_value(undated), k, min(dd), any_value(win), min(ws), min(we), any_value(hb),
    any_value(ha), bool_or(is_in) from opp where one and coalesce(is_in, true) group by n, k),
on1 as (select * exclude (num), unnest(num) as num from o1),
pr as (select o.n, o.k, o.dd, cm.d as nd, is_in and case when not win then true when cm.d < ws or cm.d > we then
    false when cm.d is null or hb and ws is null or ha and we is null then null else true end as passes
  from on1 o join cm on cm.k = o.k and cm.m = o.num where not undated or cm.d is not null),
me as (select n, k, bool_or(passes) as meets, bool_or(passes is null) as may, min(dd) filter (passes) as dd, min(nd)
    filter (passes) as nd from pr group by all)
select c.k, c.n, c.counted, el.is_in as is_in, me.dd, me.nd,
  case when el.is_in and c.excluded then 'excluded' when c.unres then 'unresolved' when el.is_in and meets then
    'met' when el.is_in and c.exc then 'exception'
  when not coalesce(el.is_in, false) and el.may_in then 'unresolved' when el.is_in and me.may then 'unresolved' when
    el.is_in then 'not_met' else 'ineligible' end as status
from (select x.k, x.counted, ind.n, case ind.ex when 'trial' then trial when 'before' then bef else false end as
    excluded, case ind.xc when 'txdecl' then coalesce(txdecl, false) when 'testdecl' then coalesce(testdecl, false)
    else false end as exc,
   ind.i = 'treatment_near_death' and death0 as unres from x cross join ind) c
left join el on el.n = c.n and el.k = c.k left join me on me.n = c.n and me.k = c.k;
create temp table agg as select i, status, counted, count(*) as n from res join ind using (n) group by all;
