import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { framer, wordsOf } from './frames.ts'

/** Which command a fault is meant for; the next script, unless said otherwise. */
type Match = (words: readonly string[]) => boolean

/** What stands between a client and Redis, and can misbehave in every way that a network or a server can. */
export interface FaultProxy {
  readonly port: number
  readonly url: string
  /** Words of every command that was passed on, oldest first. */
  readonly passed: readonly (readonly string[])[]
  /** Redis runs the next command, and the connection breaks before its reply is there. Resolves when that has happened. */
  loseReply(match?: Match): Promise<void>
  /** The next command never reaches Redis and is answered with this error, for instance `READONLY …`. */
  answer(error: string, match?: Match): Promise<void>
  /** Every reply is held back for so long; 0 ends it. */
  delay(ms: number): void
  /** Connections stay open and nothing passes any more, in either direction, until `flow`. */
  hang(): void
  flow(): void
  /** Break every connection. New ones are taken. */
  cut(): void
  /** Break every connection and refuse new ones, until `open`. */
  shut(): void
  open(): void
  /** Another server answers from now on, on the connections that are open as well: nobody is told. */
  retarget(port: number): void
  close(): Promise<void>
}

interface Fault {
  readonly match: Match
  /** Answer with this; undefined: lose the reply. */
  readonly error?: string
  readonly happened: () => void
}

/** A command on its way: what it is answered with instead of Redis's reply, or that its reply is to be lost. */
interface Pending {
  readonly fault?: Fault
}

interface Line {
  retarget(): void
  flow(): void
  cut(): void
}

const SCRIPTS: Match = ([name = '']) => /^eval/i.test(name)
const HOST = '127.0.0.1'

export interface FaultProxyOptions {
  /** What passes is not commands and replies but a replication stream: only whole connections can be interfered with. */
  readonly raw?: boolean
}

export async function faultProxy(
  target: { readonly port: number },
  { raw = false }: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const state = { port: target.port, delayMs: 0, hanging: false, shut: false }
  const faults: Fault[] = []
  const lines = new Set<Line>()
  const passed: string[][] = []
  const inFrames = raw ? (onBytes: (bytes: Buffer) => void) => onBytes : framer

  const server = createServer((client) => {
    if (state.shut) client.destroy()
    else lines.add(openLine(client))
  }).listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function openLine(client: Socket): Line {
    let pending: Pending[] = []
    let waiting: (() => void)[] = []
    const held: Buffer[] = []
    let upstream = open()
    const line: Line = {
      retarget() {
        const before = upstream
        upstream = open()
        pending = []
        before.destroy()
      },
      flow() {
        const now = waiting
        waiting = []
        for (const pass of now) pass()
      },
      cut() {
        lines.delete(line)
        client.destroy()
        upstream.destroy()
      },
    }

    function open(): Socket {
      const socket = connect(state.port, HOST)
      socket.setNoDelay(true)
      socket.on(
        'data',
        inFrames((reply) => whenFlowing(() => socket === upstream && replied(reply))),
      )
      socket.on('error', () => {})
      socket.on('close', () => socket === upstream && line.cut())
      return socket
    }

    function whenFlowing(pass: () => void): void {
      if (state.hanging) waiting.push(pass)
      else pass()
    }

    function asked(frame: Buffer): void {
      if (raw) return void upstream.write(frame)
      const words = wordsOf(frame)
      const at = faults.findIndex(({ match }) => match(words))
      const [fault] = at === -1 ? [] : faults.splice(at, 1)
      pending.push(fault ? { fault } : {})
      if (fault?.error !== undefined) return answerDue()
      passed.push(words)
      upstream.write(frame)
    }

    function replied(reply: Buffer): void {
      if (raw) return say(reply)
      const fault = pending.shift()?.fault
      if (fault) {
        line.cut()
        return fault.happened()
      }
      say(reply)
      answerDue()
    }

    /** Answers stand in the order of their commands: one of ours waits until Redis has replied to all before it. */
    function answerDue(): void {
      while (pending[0]?.fault?.error !== undefined) {
        const { error, happened } = pending.shift()!.fault!
        say(Buffer.from(`-${error}\r\n`))
        happened()
      }
    }

    /** Whatever the delay is changed to meanwhile, what was said first is heard first. */
    function say(reply: Buffer): void {
      held.push(reply)
      const next = () => void client.write(held.shift()!)
      if (state.delayMs === 0 && held.length === 1) next()
      else setTimeout(next, state.delayMs)
    }

    client.setNoDelay(true)
    client.on(
      'data',
      inFrames((frame) => whenFlowing(() => asked(frame))),
    )
    client.on('error', () => {})
    client.on('close', line.cut)
    return line
  }

  const cut = () => {
    for (const line of [...lines]) line.cut()
  }
  const expect = (match: Match, error?: string) =>
    new Promise<void>((happened) => {
      faults.push({ match, happened, ...(error !== undefined && { error }) })
    })

  return {
    port,
    url: `redis://${HOST}:${port}`,
    passed,
    loseReply: (match = SCRIPTS) => expect(match),
    answer: (error, match = SCRIPTS) => expect(match, error),
    delay(ms) {
      state.delayMs = ms
    },
    hang() {
      state.hanging = true
    },
    flow() {
      state.hanging = false
      for (const line of lines) line.flow()
    },
    cut,
    shut() {
      state.shut = true
      cut()
    },
    open() {
      state.shut = false
    },
    retarget(to) {
      state.port = to
      for (const line of lines) line.retarget()
    },
    async close() {
      cut()
      await once(server.close(), 'close')
    },
  }
}
