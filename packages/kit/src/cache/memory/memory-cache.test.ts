import { test } from 'vitest'
import { cacheConformance } from '../../conformance/cache.ts'
import type { CacheStore } from '../cache-store.ts'
import { memoryCache } from './memory-cache.ts'

cacheConformance({
  test,
  store: () => {
    let only: CacheStore | undefined
    return {
      open: (options) => {
        only ??= memoryCache(options)
        return only
      },
      remove: () => {},
    }
  },
})
