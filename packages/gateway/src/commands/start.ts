import { type Config, loadConfig } from '../config/index.ts'
import { startGateway } from '../gateway.ts'
import { stopLine } from '../say/stop-line.ts'
import { type Args, type Command, numberOf, textOf } from './command.ts'

const MAX_PORT = 65_535

/** `tollgate start`: run the gateway until it is told to stop. */
export const start: Command = {
  name: 'start',
  summary: 'Run the gateway until it is told to stop (Ctrl-C, SIGTERM).',
  usage: [
    '--config FILE    run from this file; without one, from the environment, on ./data/tollgate.db',
    '--port N         listen on this port (8787); 0 for any that is free',
    '--host H         listen on this address (127.0.0.1)',
    '--admin-port N   listen for operators on this port (8788)',
    '--quiet          say nothing of single requests',
  ],
  options: {
    config: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    'admin-port': { type: 'string' },
    quiet: { type: 'boolean' },
  },
  async run(args, world) {
    const { env, cwd, out } = world
    // Listened for from the beginning: a signal in the middle of starting stops what has been started.
    const { stopped } = world
    const reload = () => listeningAs(loadConfig({ file: textOf(args, 'config'), env, cwd }), args)
    const config = reload()
    const gateway = await startGateway(config, {
      reload,
      output: out,
      requestLines: args.values.quiet !== true,
      kubernetes: env.KUBERNETES_SERVICE_HOST !== undefined,
      cwd,
    })
    world.onHangup(() => {
      void gateway.reload()
      void gateway.refreshPrices()
    })
    const signal = await stopped
    out(stopLine(signal, await gateway.close()))
    return 0
  },
}

/** The config with what the command line says otherwise. */
function listeningAs(config: Config, args: Args): Config {
  const { listen, admin } = config
  const host = textOf(args, 'host') ?? listen.host
  const port = numberOf(args, 'port', MAX_PORT) ?? listen.port
  const adminPort = numberOf(args, 'admin-port', MAX_PORT) ?? admin.listen.port
  return {
    ...config,
    listen: { ...listen, host, port },
    admin: { ...admin, listen: { ...admin.listen, port: adminPort } },
  }
}
