import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pinning } from './pinning.ts'

/** A process of the bench, which answers questions one at a time. */
export interface BenchProcess {
  ask<Answer>(question: unknown): Promise<Answer>
  /** It ends by itself when nobody can ask it any more, so that a profile of it is still written. */
  stop(): Promise<void>
}

/** Start a file of the bench in a process of its own, held to one core where the machine can do so. */
export function startProcess(file: string, core: number, args: readonly string[] = []): BenchProcess {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const [command, ...before] = [...pinning(core), process.execPath]
  const child = fork(path, args, {
    execPath: command!,
    execArgv: [...before, ...process.execArgv],
    serialization: 'advanced',
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    ask: (question) => answerOf(child, file, question),
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

function answerOf<Answer>(child: ChildProcess, file: string, question: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`${file} has ended, and was asked ${JSON.stringify(question)}`))
    child.once('exit', died)
    child.once('message', (answer) => {
      child.off('exit', died)
      resolve(answer as Answer)
    })
    child.send(question as object)
  })
}
