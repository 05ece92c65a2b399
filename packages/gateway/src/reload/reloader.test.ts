import { expect, it } from 'vitest'
import { type Config, loadConfig } from '../config/index.ts'
import { reloader } from './reloader.ts'

const configNamed = (file: string): Config => ({ ...loadConfig({ env: {}, cwd: '/nowhere' }), file })

it('a config that broke off halfway is undone by the one before it, once the file says that again', async () => {
  const before = configNamed('before.yaml')
  let inFile = before
  const applied: string[] = []
  const { reload } = reloader({
    running: () => before,
    read: () => structuredClone(inFile),
    async apply({ file }) {
      applied.push(file!)
      if (file === 'after.yaml') throw new Error('the books are away')
      return []
    },
    say: () => {},
    warn: () => {},
    onOutcome: () => {},
  })
  expect(await reload()).toBe('unchanged')
  inFile = configNamed('after.yaml')
  expect(await reload()).toBe('refused')
  inFile = before
  expect(await reload()).toBe('applied')
  expect(await reload()).toBe('unchanged')
  expect(applied).toEqual(['after.yaml', 'before.yaml'])
})
