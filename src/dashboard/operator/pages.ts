import { keysPage } from './keys-page.tsx'
import { overviewPage } from './overview-page.tsx'
import { suspendablesPages } from './suspendables-page.tsx'

/** What operators see and stop. */
export const operatorPages = [overviewPage, keysPage, suspendablesPages]
