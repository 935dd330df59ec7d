import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatorRole, roleMay } from '../../shared/contracts/operation.ts';
import { useApp, useLocation, useOperator } from '../app/app-store.ts';
import { useRoute } from '../app/router.ts';
import { LanesCard } from '../lanes/lanes-card.tsx';
import { EnrolForm } from '../sync/enrol-form.tsx';
import { ScheduleForm } from '../sync/schedule-form.tsx';
import { Card, Page } from '../ui/page.tsx';
import { AuditCard } from './audit-card.tsx';
import { AuditEvents } from './audit-events.tsx';
import { BackupCard, HistoryCard } from './backup-card.tsx';
import { DemoCard } from './demo-card.tsx';
import { KeysCard } from './keys-card.tsx';
import { PastCard } from './past-card.tsx';
import { PeopleCard } from './people-card.tsx';
import { PrintersCard } from './printers-card.tsx';
import { QuickKeysCard } from './quick-keys-card.tsx';
import { ScannerCard } from './scanner-card.tsx';
import classes from './settings.module.css';
import { ShopCard } from './shop-card.tsx';
import { AboutCard, AppearanceCard } from './till-cards.tsx';
import { TokensCard } from './tokens-card.tsx';

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

type Columns = readonly [left: ReactNode, right?: ReactNode, below?: ReactNode];

/** One section at a time, each with its own address. */
function Sections({ subject }: { subject: string | undefined }) {
  const { t } = useTranslation();
  const operator = useOperator();
  const { demo } = useLocation();
  const schedule = useApp((app) => app.sync?.schedule);
  const shown = sections.filter((section) => roleMay(operator.role, roleFor[section]));
  const current = shown.find((section) => section === subject) ?? 'till';
  const isAdmin = roleMay(operator.role, 'admin');
  const isManager = roleMay(operator.role, 'manager');

  const content = (): Columns => {
    switch (current) {
      case 'till':
        return [
          <AppearanceCard key="appearance" />,
          <Fragment key="machines">
            <ScannerCard />
            {isManager && <PrintersCard />}
            <AboutCard />
          </Fragment>,
        ];
      case 'shop':
        return [
          isAdmin && <ShopCard key="shop" />,
          isAdmin && demo && <DemoCard />,
          <QuickKeysCard key="keys" />,
        ];
      case 'people':
        return [<PeopleCard key="people" mayChange={isAdmin} />];
      case 'sync':
        return [
          (isAdmin || schedule !== undefined) && (
            <Card key="centre" title={t('sync.title')} lead={t('settings.syncLead')}>
              <div className={classes.form}>
                {isAdmin && <EnrolForm />}
                {schedule !== undefined && <ScheduleForm schedule={schedule} />}
              </div>
            </Card>
          ),
          <LanesCard key="lanes" />,
        ];
      case 'ledger':
        return [
          <Fragment key="look">
            <AuditCard />
            <HistoryCard />
            <PastCard />
            {isAdmin && <KeysCard />}
          </Fragment>,
          <Fragment key="keep">
            <BackupCard mayRestore={isAdmin} />
            <TokensCard mayTrust={isAdmin} />
          </Fragment>,
        ];
    }
  };
  const [left, right, below] = content();

  return (
    <Page title={t('settings.title')}>
      {shown.length > 1 && (
        <nav className={classes.nav} aria-label={t('settings.sections.label')}>
          {shown.map((section) => (
            <a
              key={section}
              className={classes.navItem}
              href={`#/settings/${section}`}
              aria-current={section === current ? 'true' : undefined}
            >
              {t(`settings.sections.${section}`)}
            </a>
          ))}
        </nav>
      )}
      <section className={classes.section} aria-label={t(`settings.sections.${current}`)}>
        {(left || right) && (
          <div className={classes.columns}>
            {left && <div className={classes.stack}>{left}</div>}
            {right && <div className={classes.stack}>{right}</div>}
          </div>
        )}
        {below}
      </section>
    </Page>
  );
}
