/** The numbers of fields (see field-numbers.ts) in the groups by which a cluster governs and tells of itself. */
export const laterGroups = `
admissionregistration.v1.ApplyConfiguration: expression
admissionregistration.v1.AuditAnnotation: key? valueExpression?
admissionregistration.v1.ExpressionWarning: - fieldRef? warning?
admissionregistration.v1.JSONPatch: expression
admissionregistration.v1.MatchCondition: name? expression?
admissionregistration.v1.MatchResources: namespaceSelector objectSelector resourceRules excludeResourceRules - -
  matchPolicy?
admissionregistration.v1.MutatingAdmissionPolicy: metadata spec
admissionregistration.v1.MutatingAdmissionPolicyBinding: metadata spec
admissionregistration.v1.MutatingAdmissionPolicyBindingList: metadata items
admissionregistration.v1.MutatingAdmissionPolicyBindingSpec: policyName paramRef matchResources
admissionregistration.v1.MutatingAdmissionPolicyList: metadata items
admissionregistration.v1.MutatingAdmissionPolicySpec: paramKind matchConstraints variables mutations failurePolicy?
  matchConditions reinvocationPolicy
admissionregistration.v1.MutatingWebhook: name? clientConfig rules failurePolicy? namespaceSelector sideEffects?
  timeoutSeconds? admissionReviewVersions matchPolicy? reinvocationPolicy? objectSelector matchConditions
admissionregistration.v1.MutatingWebhookConfiguration: metadata webhooks
admissionregistration.v1.MutatingWebhookConfigurationList: metadata items
admissionregistration.v1.Mutation: - patchType? applyConfiguration jsonPatch
admissionregistration.v1.NamedRuleWithOperations: resourceNames ~RuleWithOperations
admissionregistration.v1.ParamKind: apiVersion kind
admissionregistration.v1.ParamRef: name namespace selector parameterNotFoundAction?
admissionregistration.v1.Rule: apiGroups apiVersions resources scope?
admissionregistration.v1.RuleWithOperations: operations ~Rule
admissionregistration.v1.ServiceReference: namespace? name? path? port?
admissionregistration.v1.TypeChecking: expressionWarnings
admissionregistration.v1.ValidatingAdmissionPolicy: metadata spec status
admissionregistration.v1.ValidatingAdmissionPolicyBinding: metadata spec
admissionregistration.v1.ValidatingAdmissionPolicyBindingList: metadata items
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec: policyName paramRef matchResources validationActions
admissionregistration.v1.ValidatingAdmissionPolicyList: metadata items
admissionregistration.v1.ValidatingAdmissionPolicySpec: paramKind matchConstraints validations failurePolicy?
  auditAnnotations matchConditions variables
admissionregistration.v1.ValidatingAdmissionPolicyStatus: observedGeneration typeChecking conditions
admissionregistration.v1.ValidatingWebhook: name? clientConfig rules failurePolicy? namespaceSelector sideEffects?
  timeoutSeconds? admissionReviewVersions matchPolicy? objectSelector matchConditions
admissionregistration.v1.ValidatingWebhookConfiguration: metadata webhooks
admissionregistration.v1.ValidatingWebhookConfigurationList: metadata items
admissionregistration.v1.Validation: expression? message reason? messageExpression
admissionregistration.v1.Variable: name? expression?
admissionregistration.v1.WebhookClientConfig: service caBundle url?
certificates.v1.CertificateSigningRequest: metadata spec status
certificates.v1.CertificateSigningRequestCondition: type? reason message lastUpdateTime lastTransitionTime status?
certificates.v1.CertificateSigningRequestList: metadata items
certificates.v1.CertificateSigningRequestSpec: request username uid groups usages extra signerName? expirationSeconds?
certificates.v1.CertificateSigningRequestStatus: conditions certificate
events.v1.Event: metadata eventTime series reportingController reportingInstance action reason regarding related note
  type deprecatedSource deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedCount
events.v1.EventList: metadata items
events.v1.EventSeries: count? lastObservedTime
flowcontrol.v1.ExemptPriorityLevelConfiguration: nominalConcurrencyShares? lendablePercent?
flowcontrol.v1.FlowDistinguisherMethod: type?
flowcontrol.v1.FlowSchema: metadata spec status
flowcontrol.v1.FlowSchemaCondition: type status lastTransitionTime reason message
flowcontrol.v1.FlowSchemaList: metadata items
flowcontrol.v1.FlowSchemaSpec: priorityLevelConfiguration matchingPrecedence? distinguisherMethod rules
flowcontrol.v1.FlowSchemaStatus: conditions
flowcontrol.v1.GroupSubject: name?
flowcontrol.v1.LimitResponse: type? queuing
flowcontrol.v1.LimitedPriorityLevelConfiguration: nominalConcurrencyShares? limitResponse lendablePercent?
  borrowingLimitPercent?
flowcontrol.v1.NonResourcePolicyRule: verbs - - - - nonResourceURLs
flowcontrol.v1.PolicyRulesWithSubjects: subjects resourceRules nonResourceRules
flowcontrol.v1.PriorityLevelConfiguration: metadata spec status
flowcontrol.v1.PriorityLevelConfigurationCondition: type status lastTransitionTime reason message
flowcontrol.v1.PriorityLevelConfigurationList: metadata items
flowcontrol.v1.PriorityLevelConfigurationReference: name?
flowcontrol.v1.PriorityLevelConfigurationSpec: type? limited exempt
flowcontrol.v1.PriorityLevelConfigurationStatus: conditions
flowcontrol.v1.QueuingConfiguration: queues? handSize? queueLengthLimit?
flowcontrol.v1.ResourcePolicyRule: verbs apiGroups resources clusterScope namespaces
flowcontrol.v1.ServiceAccountSubject: namespace? name?
flowcontrol.v1.Subject: kind? user group serviceAccount
flowcontrol.v1.UserSubject: name?
flowcontrol.v1beta2.LimitedPriorityLevelConfiguration: assuredConcurrencyShares? limitResponse lendablePercent?
  borrowingLimitPercent?
flowcontrol.v1beta2.PriorityLevelConfiguration: metadata spec status
flowcontrol.v1beta2.PriorityLevelConfigurationList: metadata items
flowcontrol.v1beta2.PriorityLevelConfigurationSpec: type? limited exempt
`.trim();
