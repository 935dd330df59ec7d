import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatorRole, roleMay } from '../../shared/contracts/operation.ts';
import { useOperator } from '../app/app-store.ts';
import { go, useRoute } from '../app/router.ts';
import { LanesCard } from '../lanes/lanes-card.tsx';
import { EnrolForm } from '../sync/enrol-form.tsx';
import { Card, Page } from '../ui/page.tsx';
import { AuditCard } from './audit-card.tsx';
import { AuditEvents } from './audit-events.tsx';
import { BackupCard, HistoryCard } from './backup-card.tsx';
import { KeysCard } from './keys-card.tsx';
import { PeopleCard } from './people-card.tsx';
import { QuickKeysCard } from './quick-keys-card.tsx';
import { ScannerCard } from './scanner-card.tsx';
import classes from './settings.module.css';
import { ShopCard } from './shop-card.tsx';
import { AboutCard, AppearanceCard } from './till-cards.tsx';

const sections = ['till', 'shop', 'people', 'sync', 'ledger'] as const;
type Section = (typeof sections)[number];

const roleFor: Record<Section, OperatorRole> = {
  till: 'cashier',
  shop: 'manager',
  people: 'manager',
  sync: 'manager',
  ledger: 'manager',
};

export default function Settings() {
  const { subject } = useRoute();
  return subject === 'events' ? <AuditEvents /> : <Sections subject={subject} />;
}

/** Everything on one page, in sections: who looks for a setting sees its neighbours. */
function Sections({ subject }: { subject: string | undefined }) {
  const { t } = useTranslation();
  const operator = useOperator();
  const shown = sections.filter((section) => roleMay(operator.role, roleFor[section]));
  const isAdmin = roleMay(operator.role, 'admin');
  return (
    <Page title={t('settings.title')}>
      {shown.length > 1 && (
        <nav className={classes.nav} aria-label={t('settings.sections.label')}>
          {shown.map((section) => (
            <button
              key={section}
              type="button"
              className={classes.navItem}
              onClick={() => go('settings', section)}
            >
              {t(`settings.sections.${section}`)}
            </button>
          ))}
        </nav>
      )}
      <SectionOf name="till" subject={subject}>
        <AppearanceCard />
        <ScannerCard />
        <AboutCard />
      </SectionOf>
      {shown.includes('shop') && (
        <SectionOf name="shop" subject={subject}>
          {isAdmin && <ShopCard />}
          <QuickKeysCard />
        </SectionOf>
      )}
      {shown.includes('people') && (
        <SectionOf name="people" subject={subject}>
          <PeopleCard mayChange={isAdmin} />
        </SectionOf>
      )}
      {shown.includes('sync') && (
        <SectionOf name="sync" subject={subject}>
          {isAdmin && (
            <Card title={t('sync.title')} lead={t('settings.syncLead')}>
              <EnrolForm />
            </Card>
          )}
          <LanesCard />
        </SectionOf>
      )}
      {shown.includes('ledger') && (
        <SectionOf name="ledger" subject={subject}>
          <AuditCard />
          <BackupCard mayRestore={roleMay(operator.role, 'admin')} />
          {isAdmin && <KeysCard />}
          <HistoryCard />
        </SectionOf>
      )}
    </Page>
  );
}

function SectionOf({
  name,
  subject,
  children,
}: {
  name: Section;
  subject: string | undefined;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (subject === name) section.current?.scrollIntoView();
  }, [subject, name]);
  return (
    <section ref={section} className={classes.section} aria-label={t(`settings.sections.${name}`)}>
      <h2 className={classes.sectionTitle}>{t(`settings.sections.${name}`)}</h2>
      <div className={classes.columns}>{children}</div>
    </section>
  );
}
