import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('prints what README.md says, to the letter', { timeout: 120_000 }, () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const [, told] = /^```\n(The runaway cron job: .*?)^```$/ms.exec(readme) ?? []
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  })
  expect(stderr).toBe('')
  expect(stdout).toBe(told)
  expect(status).toBe(0)
})
