/** The frame of every page that is not a log: its title, what it is for, and its parts. */
import { t } from '../i18n'
import classes from './Page.module.css'

interface PageProps {
  title: string
  lead?: string
  /** What can be done on the page as a whole. */
  actions?: React.ReactNode
  /** Forms are read in a narrow column; tables take the room there is. */
  narrow?: boolean
  children: React.ReactNode
}

export function Page({ title, lead, actions, narrow, children }: PageProps) {
  return (
    <main className={classes.page} data-narrow={narrow || undefined}>
      <title>{`${title} · ${t.app.name}`}</title>
      <div className={classes.column}>
        <header className={classes.header}>
          <div>
            <h1>{title}</h1>
            {lead !== undefined && <p>{lead}</p>}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </header>
        {children}
      </div>
    </main>
  )
}

interface SectionProps {
  id: string
  title: string
  lead?: React.ReactNode
  actions?: React.ReactNode
  children: React.ReactNode
}

export function Section({ id, title, lead, actions, children }: SectionProps) {
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.sectionHead}>
        <div>
          <h2 id={id}>{title}</h2>
          {lead !== undefined && <p>{lead}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  )
}
