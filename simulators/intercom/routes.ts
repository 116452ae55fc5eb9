import { bulkRoutes } from './bulk/routes.ts';
import { articleRoutes } from './content/article-routes.ts';
import { collectionRoutes } from './content/collection-routes.ts';
import { helpCenterRoutes } from './content/help-center-routes.ts';
import { internalArticleRoutes } from './content/internal-article-routes.ts';
import { damageRoutes } from './control/damage-routes.ts';
import { editRoutes } from './control/edit-routes.ts';
import { observeRoutes } from './control/observe-routes.ts';
import { outboundRoutes } from './control/outbound-routes.ts';
import { settingsRoutes } from './control/settings-routes.ts';
import { conversationRoutes } from './conversations/routes.ts';
import { storedFileRoutes } from './conversations/stored-files.ts';
import { inboxRoutes } from './inbox/routes.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { instanceRoutes } from './objects/instance-routes.ts';
import { companyRoutes } from './people/company-routes.ts';
import { contactLinkRoutes } from './people/contact-links.ts';
import { contactRoutes } from './people/contact-routes.ts';
import { tagRoutes } from './people/tag-routes.ts';
import { teamRoutes } from './people/team-routes.ts';
import type { Route } from './router.ts';
import { conversationAttributeRoutes } from './schema/conversation-attribute-routes.ts';
import { dataAttributeRoutes } from './schema/data-attribute-routes.ts';

export function allRoutes(): Route[] {
  return [
    ...oauthRoutes,
    ...teamRoutes,
    ...contactRoutes,
    ...contactLinkRoutes,
    ...companyRoutes,
    ...tagRoutes,
    ...dataAttributeRoutes,
    ...conversationAttributeRoutes,
    ...conversationRoutes,
    ...storedFileRoutes,
    ...instanceRoutes,
    ...articleRoutes,
    ...collectionRoutes,
    ...internalArticleRoutes,
    ...helpCenterRoutes,
    ...bulkRoutes,
    ...settingsRoutes,
    ...observeRoutes,
    ...editRoutes,
    ...damageRoutes,
    ...outboundRoutes,
    ...inboxRoutes,
  ];
}
