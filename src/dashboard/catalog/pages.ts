import { catalogPage } from './catalog-page.tsx'
import { newResourcePage } from './new-resource-page.tsx'
import { newScopePage } from './new-scope-page.tsx'
import { resourcePage } from './resource-page.tsx'
import { scopePage } from './scope-page.tsx'

/** Resources and their scopes, for operators. `new` comes before the scopes: it is none of their names. */
export const catalogPages = [catalogPage, newResourcePage, resourcePage, newScopePage, scopePage]
