-- Every draw is a hash of the seed, a purpose and the keys it belongs to, never a random number: the same seed gives
-- the same world whatever the number of threads, and a longer world begins with the same rows as a shorter one.
create or replace macro draw(purpose, a, b := 0, c := 0) as
    hash(getvariable('seed')::bigint, purpose, a::bigint, b::bigint, c::bigint);

create or replace macro uniform(h) as ((h >> 11)::double + 0.5) / 9007199254740992;

-- Box-Muller on the two halves of one hash.
create or replace macro normal(h) as
    sqrt(-2 * ln(((h >> 32)::double + 0.5) / 4294967296))
    * cos(2 * pi() * ((h & 4294967295)::double + 0.5) / 4294967296);

-- Stochastic rounding: a whole number whose mean is x.
create or replace macro whole(x, h) as floor(x + uniform(h))::bigint;

-- A lognormal factor whose mean is 1.
create or replace macro spread(sigma, h) as exp((sigma) * normal(h) - (sigma) * (sigma) / 2);

-- A count with the mean and variance of a negative binomial (variance = mean + mean^2 / size).
create or replace macro count_around(mean, size, h, rounding) as
    whole((mean) * spread(sqrt(ln(1 + 1 / greatest(mean, 0.05) + 1.0 / (size))), h), rounding);

-- Roubles for a promotion of one creation a day at first, on the platform of 2019.
create or replace macro unit_price() as 4000;

-- The deliveries that bring a row: one in five hundred comes twice in its file, a corrected day comes twice.
create or replace macro deliveries_of(fault, luck) as case
    when fault = 'never' then []
    when fault = 'late' then ['corrections']
    when fault = 'corrected' then ['first', 'corrections']
    when uniform(hash(luck, 'duplicate')) < 0.002 then ['first', 'first']
    else ['first']
end;

-- Numbers as the vendors write them.
create or replace macro spaced(number) as
    if(number < 1000, number::varchar, replace(format('{:,}', number), ',', ' '));
create or replace macro with_comma(number) as replace(number::varchar, '.', ',');

-- The day on which a user's sound is matched to its recording, where that is late; null for all others. Reads the variable
-- late_share.
create or replace macro matched_on(track_id, sound_no, isrc, release_date) as
    if(
        sound_no > 0 and isrc is not null
        and uniform(draw('late match', track_id, sound_no)) < getvariable('late_share'),
        release_date + 5 + floor(36 * uniform(draw('match lag', track_id, sound_no)))::integer,
        null
    );
