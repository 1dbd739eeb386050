/** The calm frame of the pages before sign-in. */
import { AppearanceChoice, LanguageChoice } from '../app/Choices'
import { Logo } from '../ui/Logo'
import { t } from '../i18n'
import classes from './GatePage.module.css'

export function GatePage({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className={classes.page}>
      <title>{`${title} · ${t.app.name}`}</title>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>{t.app.name}</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        {children}
      </div>
      <p className={classes.tagline}>{t.gate.tagline}</p>
      <div className={classes.choices}>
        <AppearanceChoice />
        <LanguageChoice />
      </div>
    </main>
  )
}
