// Starts a PgBouncer in transaction mode before a PostgreSQL: a client has no connection of its own between transactions.
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programsOf } from './debian.ts';
import { freePort, ownFolder, type Server, said, start, stop, user } from './servers.ts';

/** Connections to PostgreSQL: fewer than clients, so that they are shared. */
const CONNECTIONS = 5;

/** @param folder as for the others. @param url of PostgreSQL itself. */
export async function startPooler(folder: string, url: string): Promise<Server> {
  const [program] = await programsOf('pgbouncer', ['pgbouncer'], folder);
  if (!program) throw new Error('There is no pgbouncer.');
  const home = await ownFolder(folder, 'pgbouncer');
  const { hostname, port: behind, username, password, pathname } = new URL(url);
  const database = pathname.slice(1);
  const port = await freePort();
  const users = await write(home, 'users', `"${username}" "${password}"\n`);
  const settings = await write(
    home,
    'pgbouncer.ini',
    `[databases]
${database} = host=${hostname} port=${behind} dbname=${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
max_client_conn = 200
default_pool_size = ${CONNECTIONS}
server_login_retry = 1
`,
  );
  const child = start(program, [settings], home);
  await said(child, 'process up');
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${port}/${database}`,
    pid: child.pid,
    stop: () => stop(child, 'SIGKILL'),
  };
}

async function write(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  if (user.uid !== undefined) await chown(file, user.uid, user.gid);
  return file;
}
