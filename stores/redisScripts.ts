// What is done to a record in Redis: one script for each change, on one key, so that it can be run in a cluster.

// KEYS[1] is the record, ARGV[1] the channel, ARGV[2] the digest of the key. A script that fails half-way is not undone,
// so a word that cannot be sent (no right to PUBLISH) must not look like a write that failed.
const TELL = `redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return 1`;

/**
 * A driver that lost its connection sends again: a version that is there already was written by the first sending. It is
 * written once more then, so that replicas which are waited for get it on the connection of now.
 */
export const PUT = `local current = redis.call('HGET', KEYS[1], 'version')
if current ~= ARGV[3] and (current and '=' .. current or '') ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'text', ARGV[4])
${TELL}`;

/** Deletes this version of a record, and tells it. Returns 1 when it did. Arguments as for `PUT`, up to the version. */
export const DELETE = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[1])
${TELL}`;

/** Of what is set aside: its name holds the version, so nothing else is ever there. */
export const KEEP = `redis.call('HSET', KEYS[1], 'version', ARGV[3], 'text', ARGV[4])
return 1`;
